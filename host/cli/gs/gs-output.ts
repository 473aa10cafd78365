/** What the commands of `imis gs` print: text for people, or one JSON document. */

import { bytesToUtf8, fromHex } from '../../../apdu/index.js';

/** Prints `document` with --json, else the lines. */
export function printResult(json: boolean, document: unknown, lines: readonly string[]): void {
  process.stdout.write(json ? `${JSON.stringify(document, null, 2)}\n` : `${lines.join('\n')}\n`);
}

/** A statement as text where it is printable, else as hexadecimal; shortened. */
export function statementText(statementHex: string): string {
  const most = 80;
  const text = utf8Of(statementHex);
  const shown = text !== undefined && /^[^\p{C}]*$/u.test(text) ? `"${text}"` : statementHex;
  return shown.length > most ? `${shown.slice(0, most)}…` : shown;
}

function utf8Of(hex: string): string | undefined {
  try {
    return bytesToUtf8(fromHex(hex));
  } catch {
    return undefined;
  }
}
