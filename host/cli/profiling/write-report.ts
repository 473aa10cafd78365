import { writeFileSync } from 'node:fs';
import { CliError } from '../cli-error.js';

/** Writes a file that was asked for. @throws {CliError} where it cannot be written. */
export function writeReport(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch {
    throw new CliError(`${path} cannot be written.`);
  }
}
