/** Parameters of a slot as GetParameters and SetParameters carry them: protocol data structures (CCID 1.1, 6.1.7). */

import { type Atr, speedOfTa1 } from '../../apdu/index.js';

/** What holds before anything is set, by the protocol (6.1.6): the values that ISO/IEC 7816-3 begins with. */
export function defaultParameters(protocol: number): Uint8Array {
  return protocol === 1
    ? Uint8Array.of(0x11, 0x10, 0x00, 0x4d, 0x00, 0x20, 0x00)
    : Uint8Array.of(0x11, 0x00, 0x00, 0x0a, 0x00);
}

/** What a card asks for, at the speed with the code `fiDi` (as in TA1). */
export function parametersFor(atr: Atr, protocol: number, fiDi: number): Uint8Array {
  const { extraGuardTimeN, waitingTimeInteger, blockProtocol } = atr;
  if (protocol !== 1 || !blockProtocol) return Uint8Array.of(fiDi, 0, extraGuardTimeN, waitingTimeInteger, 0);
  const { edc, bwi, cwi, ifsc } = blockProtocol;
  return Uint8Array.of(fiDi, edc === 'CRC' ? 0x11 : 0x10, extraGuardTimeN, (bwi << 4) | cwi, 0, ifsc, 0);
}

/** What the clock may do while nothing is transferred: bClockStop. */
export const CLOCK_STOP_AT = 4;

/** Where the data of a message begin; a fault is named by its offset in the message (table 6.2-2). */
const DATA_OFFSET = 10;
const LENGTH_OFFSET = 1;

/** The offset in the message of the first field that this reader can not have, or `undefined`. */
export function faultIn(protocol: number, data: Uint8Array): number | undefined {
  if (data.length !== (protocol === 1 ? 7 : 5)) return LENGTH_OFFSET;
  const [fiDi = 0, checks = 0, , waiting = 0, clockStop = 0, ifsc = 0, nad = 0] = data;
  const faults = [
    speedOfTa1(fiDi) === undefined,
    protocol === 1 ? (checks & 0xfc) !== 0x10 : (checks & 0xfd) !== 0,
    false,
    protocol === 1 ? waiting >> 4 > 9 : waiting === 0,
    clockStop > 3,
    protocol === 1 && (ifsc === 0 || ifsc === 0xff),
    nad !== 0,
  ];
  const at = faults.indexOf(true);
  return at < 0 ? undefined : DATA_OFFSET + at;
}
