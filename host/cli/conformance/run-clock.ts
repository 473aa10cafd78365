/** The machine's time for the head of a report. */

/** Now, ISO 8601 in UTC, to the second. */
export function wallClockIso(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
