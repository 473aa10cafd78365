/** Commands of any size for the fault suite, and how many of them a run has. */

const ALL_EXCHANGES = Number(process.env.IMIS_WIRE_EXCHANGES ?? 20_000);
/** The card is reset in the middle of so many, through the drivers themselves; characters are hit in the others. */
export const RESET_EXCHANGES = ALL_EXCHANGES / 10;
export const FAULTY_EXCHANGES = ALL_EXCHANGES - RESET_EXCHANGES;

/** A command of `data` bytes that asks for `answer` bytes; `number` makes it one of its kind. */
export function command(number: number, data: number, answer: number): Uint8Array {
  const header = [0x80, 0x10, answer >> 8, answer & 0xff];
  const body = Array.from({ length: data }, (_, i) => (number * 31 + i * 7) & 0xff);
  return Uint8Array.from(data === 0 ? [...header, answer & 0xff] : [...header, data, ...body]);
}

/** A command of T=0 with data from the card. */
export const outgoing = (answer: number): Uint8Array => Uint8Array.of(0x00, 0x10, 0, answer, answer);
