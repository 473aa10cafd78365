/** Files that a run reads: statement, secrets, the report of an interrupted run. */

import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import {
  type CardSecrets,
  type CardStatement,
  parseSecrets,
  parseStatement,
  REPORT_VERSION,
  type ReportDocument,
  SecretsError,
  StatementError,
} from '../../../conformance/index.js';
import { CliError } from '../cli-error.js';

/** Bits of the mode that let anybody but the owner near. */
const OTHERS = 0o077;

/** @throws {CliError} */
export async function readStatement(
  path: string,
): Promise<{ readonly statement: CardStatement; readonly hash: string }> {
  const text = await readText(path);
  try {
    return { statement: parseStatement(text), hash: createHash('sha256').update(text).digest('hex') };
  } catch (error) {
    if (error instanceof StatementError)
      throw new CliError(`The statement ${path} is not right: ${error.message}.`);
    throw error;
  }
}

/** @throws {CliError} also when anybody but the owner may read the file; nothing of the file is quoted */
export async function readSecrets(path: string): Promise<CardSecrets> {
  const { mode } = await stat(path).catch(() => {
    throw new CliError(`The file ${path} can not be read; check the path.`);
  });
  if (process.platform !== 'win32' && (mode & OTHERS) !== 0)
    throw new CliError(`The secrets in ${path} are open to others; close the file with: chmod 600 ${path}.`);
  try {
    return parseSecrets(await readText(path));
  } catch (error) {
    if (error instanceof SecretsError)
      throw new CliError(`The secrets in ${path} are not right: ${error.message}.`);
    throw error;
  }
}

/** The report that a run is to go on from. @throws {CliError} */
export async function readReport(path: string): Promise<ReportDocument> {
  const text = await readText(path);
  let value: Partial<ReportDocument> | null = null;
  try {
    value = JSON.parse(text) as Partial<ReportDocument> | null;
  } catch {
    // said below
  }
  if (
    value?.suite !== 'imis conformance' ||
    value.reportVersion !== REPORT_VERSION ||
    !Array.isArray(value.results)
  )
    throw new CliError(`${path} is no report of this version of the suite; run without --resume.`);
  return value as ReportDocument;
}

/** @throws {CliError} when the file can not be written. */
export async function writeReport(path: string, content: string): Promise<void> {
  await writeFile(path, content).catch(() => {
    throw new CliError(`The report ${path} can not be written; check the path.`);
  });
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => {
    throw new CliError(`The file ${path} can not be read; check the path.`);
  });
}
