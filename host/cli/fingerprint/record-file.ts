/** Reads finger minutiae records from files, or from the standard input for `-`. */

import { readFile } from 'node:fs/promises';
import {
  FINGER_NAMES,
  type FingerRecord,
  type FingerView,
  parseFingerRecord,
  recordFaultText,
} from '../../index.js';
import { CliError } from '../cli-error.js';

/** @throws {CliError} with the one sentence of what is wrong. */
export async function readRecordFile(path: string): Promise<FingerRecord> {
  const bytes = await (path === '-' ? readStandardInput() : readFile(path)).catch(() => {
    throw new CliError(`The file ${path} can not be read; check the path.`);
  });
  const parsed = parseFingerRecord(new Uint8Array(bytes));
  if (parsed.ok) return parsed.record;
  const name = path === '-' ? 'The standard input' : `The file ${path}`;
  throw new CliError(`${name} is no finger minutiae record: ${recordFaultText(parsed.fault)}.`);
}

async function readStandardInput(): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** A view in one line. */
export function viewText({ position, viewNumber, quality, minutiae }: FingerView): string {
  return `${FINGER_NAMES[position]}, impression ${viewNumber}: ${minutiae.length} minutiae, quality ${quality}`;
}
