/** Every routine on the input that RoutineCases.java gives its twin, and the result in the form it prints. */
import { toHex } from '../../../apdu/index.js';
import type * as Fitted from './fitted-routines.js';
import type * as HeldOut from './held-out-routines.js';

/** The modules under test, instrumented or not. */
export type Routines = { readonly fitted: typeof Fitted; readonly heldOut: typeof HeldOut };

/** Prepares a routine; what it returns runs it once and nothing else. */
type RoutineCase = (routines: Routines) => () => Uint8Array | number | boolean;

const filled = (length: number, first: number, step: number) =>
  Uint8Array.from({ length }, (_, i) => first + step * i);

/** Value of a data object as zeros. */
const object = (tag: number, length: number) => [
  tag,
  ...(length > 0x7f ? [0x81] : []),
  length,
  ...new Array<number>(length).fill(0),
];

const records = Uint8Array.from({ length: 20 * 24 }, (_, at) => {
  const [i, j] = [Math.floor(at / 24), at % 24];
  if (j === 6) return 100 + i;
  return j < 6 ? 17 : i + j;
});

export const FITTED_CASES: Readonly<Record<string, RoutineCase>> = {
  xorBlock:
    ({ fitted }) =>
    () => {
      const out = new Uint8Array(16);
      fitted.xorBlock(filled(16, 3, 5), filled(16, 200, 11), out);
      return out;
    },
  findTlv: ({ fitted }) => {
    const tlv = Uint8Array.from([
      ...object(0x80, 3),
      ...object(0x84, 8),
      ...object(0x9e, 130),
      ...object(0x8e, 16),
    ]);
    return () => fitted.findTlv(tlv, 0x8e);
  },
  addBytes: ({ fitted }) => {
    const sum = filled(32, 250, 91);
    return () => {
      fitted.addBytes(sum, filled(32, 99, 57));
      return sum;
    };
  },
  crc16:
    ({ fitted }) =>
    () =>
      fitted.crc16(filled(32, 7, 13)),
  substitute: ({ fitted }) => {
    const bytes = filled(32, 7, 13);
    return () => {
      fitted.substitute(filled(256, 0, 167), bytes);
      return bytes;
    };
  },
  checkPin: ({ fitted }) => {
    const pin = new fitted.HeldPin(filled(12, 49, 1), 6);
    return () => pin.check(filled(12, 49, 1), 6);
  },
};

export const HELD_OUT_CASES: Readonly<Record<string, RoutineCase>> = {
  compareDates:
    ({ heldOut }) =>
    () =>
      heldOut.compareDates(Uint8Array.of(0x20, 0x21, 0x11, 0x30), Uint8Array.of(0x20, 0x24, 0x02, 0x09)),
  insertionSort: ({ heldOut }) => {
    const bytes = filled(24, 40, 149);
    return () => {
      heldOut.insertionSort(bytes);
      return bytes;
    };
  },
  encodeHex: ({ heldOut }) => {
    const out = new Uint8Array(64);
    return () => {
      heldOut.encodeHex(filled(32, 7, 13), out);
      return out;
    };
  },
  searchRecord: ({ heldOut }) => {
    const table = new heldOut.RecordTable(records, 24, 20);
    return () => table.find(Uint8Array.of(17, 17, 17, 17, 17, 17, 113));
  },
};

/** A result as the Java side prints it. */
export function printed(result: Uint8Array | number | boolean): string {
  return result instanceof Uint8Array ? toHex(result) : String(Number(result) & 0xffff);
}
