/** FHIR R4 dates ("Datatypes", primitive types): partial dates, dates, and instants with a zone. */

const DATE_TIME =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(Z|[+-]\d{2}:\d{2}))?)?)?$/;

/** Taiwan Standard Time, without summer time since 1980; a calendar day of the insurer ends in it. */
const TAIWAN_OFFSET_SECONDS = 8 * 3600;

/** Whether `text` is a FHIR dateTime that names a day or moment of the calendar from 1900 to 2099. */
export function isDateTime(text: string): boolean {
  const match = DATE_TIME.exec(text);
  if (!match) return false;
  const [year, month, day, hour, minute, second] = match
    .slice(1, 7)
    .map((part) => (part === undefined ? undefined : Number(part)));
  if (year === undefined || year < 1900 || year > 2099) return false;
  if (month !== undefined && (month < 1 || month > 12)) return false;
  if (day !== undefined && (day < 1 || day > daysOfMonth(year, month!))) return false;
  if (hour !== undefined && (hour > 23 || minute! > 59 || second! > 59)) return false;
  return isZone(match[7]);
}

/** Whether `text` is a FHIR date of the calendar to the day, without time. */
export function isDay(text: string): boolean {
  return text.length === 10 && isDateTime(text);
}

/** Whether `text` is a dateTime to the second, with its zone. */
export function isInstant(text: string): boolean {
  return text.length > 10 && isDateTime(text);
}

/**
 * Whether a period would end before it starts. Two instants are compared as such; otherwise the
 * calendar dates as written, as far as both go, because a date without a zone has no instant.
 */
export function endsBeforeStart(start: string, end: string): boolean {
  if (isInstant(start) && isInstant(end)) return Date.parse(end) < Date.parse(start);
  const length = Math.min(start.length, end.length, 10);
  return end.slice(0, length) < start.slice(0, length);
}

/** Seconds since 1970 of an instant. */
export function instantSeconds(instant: string): number {
  return Math.floor(Date.parse(instant) / 1000);
}

/** The calendar day of a dateTime as written, `YYYY-MM-DD`. */
export function dayOf(dateTime: string): string {
  return dateTime.slice(0, 10);
}

/** Last second of a day `YYYY-MM-DD` in Taiwan, in seconds since 1970. */
export function endOfDaySeconds(day: string): number {
  return Date.parse(`${day}T23:59:59Z`) / 1000 - TAIWAN_OFFSET_SECONDS;
}

function daysOfMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function isZone(zone: string | undefined): boolean {
  if (zone === undefined || zone === 'Z') return true;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  return hours * 60 + minutes <= 14 * 60 && minutes <= 59;
}
