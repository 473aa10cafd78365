/** Reads a visit input from a file. */

import { readFile, stat } from 'node:fs/promises';
import { type FhirResult, refusal } from './fhir-result.js';
import { parseVisitInput, VISIT_INPUT_CHARACTERS, type VisitInput } from './visit-input.js';

/** UTF-8 needs at most three bytes for what JavaScript counts as one character. */
const FILE_BYTES = 3 * VISIT_INPUT_CHARACTERS;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist; check the path',
  EACCES: 'may not be read; check its permissions',
  EISDIR: 'is a directory; name a file in it',
};

/** Reads the visit input at `path`, which is also the source in messages. Never rejects for what the file is. */
export async function readVisitInputFile(path: string): Promise<FhirResult<VisitInput>> {
  const unreadable = (problem: string) => refusal(path, { kind: 'unreadable', path: '', problem });
  let bytes: Uint8Array;
  try {
    const { size } = await stat(path);
    if (size > FILE_BYTES) {
      const problem = `has ${size} bytes; give at most ${FILE_BYTES}`;
      return refusal(path, { kind: 'too-large', path: '', problem });
    }
    bytes = await readFile(path);
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    return unreadable(REASONS[String(code)] ?? `cannot be read (${String(code)}); check the path`);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return unreadable('is not UTF-8 text; save it as UTF-8 JSON');
  }
  return parseVisitInput(text, path);
}
