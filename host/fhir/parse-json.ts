/** JSON of FHIR: parsed, bounded in depth, and searched for elements that FHIR forbids to ignore. */

import { type Finding, joinPath } from './fhir-result.js';

/** Deepest nesting of a document, in objects and arrays; FHIR itself needs about a dozen. */
const MAXIMUM_DEPTH = 40;

/** Elements that change the meaning of all around them (R4, "Extensibility" and "Resource"). */
const MODIFYING: readonly string[] = ['modifierExtension', 'implicitRules'];

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text of UTF-8 `bytes`, by the platform's decoder: documents are long. @throws {TypeError} when they are none. */
export function utf8Text(bytes: Uint8Array): string {
  return UTF_8.decode(bytes);
}

/** The parsed document, an object nested no deeper than the limit, or why it is none. */
export function parseJson(text: string): { readonly value: object } | { readonly finding: Finding } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const problem = `is not JSON${lineOf(error, text)}; correct it or give another file`;
    return { finding: { kind: 'unreadable', path: '', problem } };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const problem = 'is no FHIR resource; give a JSON object with resourceType';
    return { finding: { kind: 'not-fhir', path: '', problem } };
  }
  if (exceedsDepth(value)) {
    const problem = `is nested deeper than ${MAXIMUM_DEPTH} levels; flatten it`;
    return { finding: { kind: 'too-large', path: '', problem } };
  }
  return { value };
}

/** First element below `value` that changes the meaning of others; undefined for none. Needs a bounded depth. */
export function findModifier(value: unknown, path = ''): Finding | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const items: [PropertyKey, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  for (const [key, item] of items) {
    const itemPath = joinPath(path, [key]);
    if (typeof key === 'string' && MODIFYING.includes(key)) {
      const problem = 'changes the meaning in a way that is not understood here; leave it out';
      return { kind: 'not-fhir', path: itemPath, problem };
    }
    const finding = findModifier(item, itemPath);
    if (finding) return finding;
  }
  return undefined;
}

/** Goes no deeper than the limit: a hostile depth must not exhaust the call stack. */
function exceedsDepth(value: unknown, left = MAXIMUM_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (left === 0) return true;
  for (const item of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) {
    if (exceedsDepth(item, left - 1)) return true;
  }
  return false;
}

/** ` (line n)` when the parser says where it stopped. */
function lineOf(error: unknown, text: string): string {
  const position = /position (\d+)/.exec((error as Error).message)?.[1];
  if (position === undefined) return '';
  return ` (line ${text.slice(0, Number(position)).split('\n').length})`;
}
