/** Dates on the card: four bytes of binary-coded decimals, so a trace shows the day as it is read. */

import { fromHex, toHex } from '../../apdu/index.js';
import { CardSummaryError } from './card-summary-error.js';
import { isDay } from './fhir-time.js';

/** `2026-03-12` as the bytes 20 26 03 12. @throws {CardSummaryError} for what is no day of the calendar. */
export function cardDateToBytes(part: string, day: string): Uint8Array {
  if (!isDay(day)) throw new CardSummaryError('invalid', part, `${part} is no day; write YYYY-MM-DD`);
  return fromHex(day.replaceAll('-', ''));
}

/** The day that four bytes stand for. @throws {CardSummaryError} for what is no day of the calendar. */
export function cardDateFromBytes(part: string, bytes: Uint8Array): string {
  const digits = toHex(bytes);
  const day = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
  if (!isDay(day)) throw new CardSummaryError('malformed', part, `${part} ${digits} is no day`);
  return day;
}
