/** What passed on a line, for people. */

import { toHex } from '../../apdu/index.js';
import { blockText } from './block.js';
import type { LineEvent } from './line-card.js';

/** One line of text for each event; whole blocks of T=1 are named. */
export function lineToText(events: readonly LineEvent[]): readonly string[] {
  return events.map(eventToText);
}

function eventToText(event: LineEvent): string {
  switch (event.kind) {
    case 'reset':
      return '~ reset';
    case 'silence':
      return `~ silence for ${Math.round(event.etu)} etu`;
    case 'sent':
    case 'heard':
      return `${event.kind === 'sent' ? '>' : '<'} ${toHex(event.bytes)}${meaning(event.bytes)}`;
  }
}

function meaning(bytes: Uint8Array): string {
  const [nad, pcb, length] = bytes;
  const inf = bytes.subarray(3, 3 + (length ?? 0));
  const isBlock = nad === 0 && pcb !== undefined && length !== undefined && bytes.length >= 4 + length;
  const sum = bytes.reduce((all, byte) => all ^ byte, 0);
  return isBlock && sum === 0 ? ` (${blockText(pcb, inf)})` : '';
}
