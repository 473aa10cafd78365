/** Command APDU codec: cases 1 to 4, short and extended (ISO/IEC 7816-3:2006, 12.1; 7816-4:2020, 5.2). */

import { concatBytes, uintToBytes } from './bytes.js';

/** A parsed command. `le` is the number of bytes asked for (256 or 65,536 for the zero forms); absent when there is no Le field. */
export type CommandApdu = {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  readonly data: Uint8Array;
  readonly le?: number | undefined;
  /** Whether the lengths are in their three- or two-byte form. */
  readonly extended: boolean;
};

/** Why bytes are no command APDU. */
export type CommandApduFault = { readonly fault: 'header cut short' | 'length fields and body disagree' };

const NO_DATA = new Uint8Array(0);

/** Parses a command APDU, or says why the bytes are none. Never throws. */
export function parseCommandApdu(bytes: Uint8Array): CommandApdu | CommandApduFault {
  if (bytes.length < 4) return { fault: 'header cut short' };
  const [cla, ins, p1, p2] = bytes as unknown as [number, number, number, number];
  const apdu = (data: Uint8Array, le: number | undefined, extended: boolean): CommandApdu => ({
    cla,
    ins,
    p1,
    p2,
    data,
    le,
    extended,
  });
  const body = bytes.length - 4;
  if (body === 0) return apdu(NO_DATA, undefined, false);
  const b1 = bytes[4]!;
  if (body === 1) return apdu(NO_DATA, b1 || 256, false);
  if (b1 !== 0) {
    if (body === 1 + b1) return apdu(bytes.subarray(5), undefined, false);
    if (body === 2 + b1) return apdu(bytes.subarray(5, 5 + b1), bytes[5 + b1]! || 256, false);
    return { fault: 'length fields and body disagree' };
  }
  if (body < 3) return { fault: 'length fields and body disagree' };
  const b2b3 = (bytes[5]! << 8) | bytes[6]!;
  if (body === 3) return apdu(NO_DATA, b2b3 || 65536, true);
  if (b2b3 !== 0 && body === 3 + b2b3) return apdu(bytes.subarray(7), undefined, true);
  if (b2b3 !== 0 && body === 5 + b2b3) {
    const le = (bytes[7 + b2b3]! << 8) | bytes[8 + b2b3]!;
    return apdu(bytes.subarray(7, 7 + b2b3), le || 65536, true);
  }
  return { fault: 'length fields and body disagree' };
}

/** What {@link encodeCommandApdu} takes: the form (short or extended) follows from the lengths unless given. */
export type CommandApduFields = {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  readonly data?: Uint8Array | undefined;
  readonly le?: number | undefined;
  readonly extended?: boolean;
};

/** Bytes of a command. @throws {RangeError} when data or Le do not fit the form. */
export function encodeCommandApdu(fields: CommandApduFields): Uint8Array {
  const data = fields.data ?? NO_DATA;
  const { le } = fields;
  const extended = fields.extended ?? (data.length > 255 || (le ?? 0) > 256);
  const limit = extended ? 65536 : 256;
  if (data.length >= limit) throw new RangeError(`${data.length} data bytes exceed Lc`);
  if (le !== undefined && (le < 1 || le > limit)) throw new RangeError(`Le ${le} is not 1 to ${limit}`);
  const header = Uint8Array.of(fields.cla, fields.ins, fields.p1, fields.p2);
  const size = extended ? 2 : 1;
  const lc =
    data.length === 0
      ? NO_DATA
      : concatBytes(extended ? Uint8Array.of(0) : NO_DATA, uintToBytes(data.length, size));
  const leBytes =
    le === undefined
      ? NO_DATA
      : concatBytes(
          extended && data.length === 0 ? Uint8Array.of(0) : NO_DATA,
          uintToBytes(le % limit, size),
        );
  return concatBytes(header, lc, data, leBytes);
}
