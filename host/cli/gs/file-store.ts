/** Reads and writes the files of `imis gs`: whole or not at all, private ones for their owner only. */

import { readFile, stat, writeFile } from 'node:fs/promises';
import type { z } from 'zod';
import { CliError } from '../cli-error.js';
import { writePrivateFile } from '../memory/private-file.js';
import { GS_FILES, type GsFile, type GsFileKind } from './file-formats.js';

/** No file of this kind is longer; a register of many thousand members is not. */
const MOST_BYTES = 64 * 1024 * 1024;

/** @throws {CliError} with the one sentence of what is wrong with the file. */
export async function readGsFile<K extends GsFileKind>(kind: K, path: string): Promise<GsFile<K>> {
  const { schema, what } = GS_FILES[kind];
  const document = await readJson(path, what);
  const found = formatOf(document);
  if (found !== undefined && !found.startsWith(`imis-gs-${kind}/`)) {
    throw new CliError(
      `The file ${path} is no ${what}: its format is ${JSON.stringify(found).slice(0, 60)}.`,
    );
  }
  const parsed = schema.safeParse(document);
  if (!parsed.success) throw new CliError(`The file ${path} is no ${what}: ${faultOf(parsed.error)}.`);
  return parsed.data as unknown as GsFile<K>;
}

/** A file of any kind, with its kind. @throws {CliError} as {@link readGsFile}. */
export async function readAnyGsFile(
  path: string,
): Promise<{ readonly kind: GsFileKind; readonly content: GsFile<GsFileKind> }> {
  const found = formatOf(await readJson(path, 'file of imis gs'));
  const kind = (Object.keys(GS_FILES) as GsFileKind[]).find((it) => found?.startsWith(`imis-gs-${it}/`));
  if (!kind)
    throw new CliError(`The file ${path} is none of imis gs: it has no format that starts with "imis-gs-".`);
  return { kind, content: await readGsFile(kind, path) };
}

/** @throws {CliError} where nothing can be written. */
export async function writeGsFile<K extends GsFileKind>(
  kind: K,
  path: string,
  content: GsFile<K>,
): Promise<void> {
  const text = `${JSON.stringify(content, null, 2)}\n`;
  if (GS_FILES[kind].secret) return writePrivateFile(path, new TextEncoder().encode(text));
  await writeFile(path, text).catch(() => {
    throw new CliError(`The file ${path} can not be written; check the path.`);
  });
}

/** @throws {CliError} when something stands at one of the paths: a key that is overwritten is lost. */
export async function refuseExisting(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const there = await stat(path).then(
      () => true,
      () => false,
    );
    if (there) throw new CliError(`The file ${path} is there already; name another place or remove it.`);
  }
}

async function readJson(path: string, what: string): Promise<unknown> {
  const bytes = await readFile(path).catch(() => {
    throw new CliError(`The ${what} ${path} can not be read; check the path.`);
  });
  if (bytes.length > MOST_BYTES) throw new CliError(`The file ${path} is too long for a ${what}.`);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    // the parser's own words could quote a secret
    throw new CliError(`The file ${path} is not JSON in UTF-8, so it is no ${what}.`);
  }
}

function formatOf(document: unknown): string | undefined {
  if (typeof document !== 'object' || document === null || !('format' in document)) return undefined;
  return typeof document.format === 'string' ? document.format : undefined;
}

/** Where and what the first fault is; never a value, which could be secret. */
function faultOf({ issues }: z.ZodError): string {
  const [issue] = issues;
  const where = issue!.path.join('.') || 'the whole';
  const what =
    issue!.code === 'custom' || issue!.code === 'invalid_format' ? issue!.message : wordsOf(issue!);
  return `${where} ${what}`;
}

function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return `has a field that it should not: ${issue.keys[0]?.slice(0, 40)}`;
  if (issue.code === 'invalid_type') return `is missing or not of type ${issue.expected}`;
  if (issue.code === 'invalid_value') return `is none of ${issue.values.join(', ')}`;
  return 'is out of range';
}
