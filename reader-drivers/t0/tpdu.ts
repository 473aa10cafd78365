/** Commands as T=0 carries them: a header of five bytes, and data in one direction only (ISO/IEC 7816-3:2006, 12.2). */

import { parseCommandApdu } from '../../apdu/index.js';
import { TransportError } from '../connection/transport-error.js';

export type T0Command = {
  /** CLA INS P1 P2 P3. */
  readonly header: Uint8Array;
  /** Data to the card; empty where data comes from it. */
  readonly data: Uint8Array;
  /** Bytes that the card may send, 0 where data goes to it. */
  readonly expected: number;
};

const NO_DATA = new Uint8Array(0);

/**
 * The TPDU of a command APDU, or `undefined` where there is none: no APDU, extended lengths, FF as class, 6X or
 * 9X as instruction (10.3.3). Case 4 loses its Le: the card answers 61xx, and GET RESPONSE fetches.
 */
export function t0CommandOf(apdu: Uint8Array): T0Command | undefined {
  const parsed = parseCommandApdu(apdu);
  if ('fault' in parsed || parsed.cla === 0xff || isStatusByte(parsed.ins)) return undefined;
  const { cla, ins, p1, p2, data, le } = parsed;
  const header = (p3: number) => Uint8Array.of(cla, ins, p1, p2, p3);
  if (data.length > 255 || (data.length === 0 && (le ?? 0) > 256)) return undefined;
  if (data.length > 0) return { header: header(data.length), data, expected: 0 };
  return { header: header((le ?? 0) & 0xff), data: NO_DATA, expected: le ?? 0 };
}

/** As {@link t0CommandOf}. @throws {TransportError} `protocol` where there is no TPDU. */
export function requireT0Command(apdu: Uint8Array): T0Command {
  const command = t0CommandOf(apdu);
  if (command) return command;
  throw new TransportError('protocol', 'T=0 carries short commands only: send a longer one as a chain');
}

/** First byte of a status word: 6X but 60, or 9X (10.3.3, table 11). */
export function isStatusByte(byte: number): boolean {
  return (byte & 0xf0) === 0x60 || (byte & 0xf0) === 0x90;
}

/** NULL: nothing yet, wait on. */
export const NULL_BYTE = 0x60;
