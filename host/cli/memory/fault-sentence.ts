/** One sentence for each thing that can be wrong with a file of card memory. */

import type { CardLimits, FileFault, MismatchFault } from '../../../applet/index.js';

/** `what` is "a card image" or "a recorded session". */
export function fileFaultSentence(path: string, what: string, fault: FileFault): string {
  switch (fault.kind) {
    case 'other file':
      return `${path} is not ${what}.`;
    case 'truncated':
      return fault.expectedBytes === undefined
        ? `${path} is cut short: it ends after ${fault.bytes} bytes, within its header.`
        : `${path} is cut short: it has ${fault.bytes} of ${fault.expectedBytes} bytes.`;
    case 'damaged':
      return `${path} is damaged: ${fault.what}.`;
    case 'newer version':
      return `${path} has version ${fault.version}; this program reads ${what} up to version ${fault.supported}: take a newer one.`;
  }
}

const LIMIT_NAME: Readonly<Record<keyof CardLimits, string>> = {
  nvmBytes: 'bytes of NVM',
  ramBytes: 'bytes of RAM',
  commitBufferBytes: 'bytes of commit buffer',
  apduBufferBytes: 'bytes of APDU buffer',
  pageBytes: 'bytes in a page',
  enduranceCycles: 'erase cycles of endurance',
  extendedLength: 'extended length',
};

/** `expectedBy` says who expects: "the profile X". */
export function mismatchSentence(path: string, fault: MismatchFault, expectedBy: string): string {
  switch (fault.kind) {
    case 'other application':
      return `${path} holds a ${fault.found} card, not a ${fault.expected} card.`;
    case 'other limit':
      return `${path} was made for other limits: ${LIMIT_NAME[fault.limit]}: ${figure(fault.found)} there, ${figure(fault.expected)} in ${expectedBy}.`;
    case 'other layout':
      return `${path} was written by another version of the card's programs, which keep their data elsewhere.`;
  }
}

function figure(value: number | boolean): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value.toLocaleString('en-US');
}
