/** Specifications in JSON for tests: this project's own, changed in one place. */

import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

export const docs = (name: string): string =>
  readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

/** A check against one of the published schemas. */
export function validatorOf(schema: string): ValidateFunction {
  return new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allErrors: true }).compile(
    JSON.parse(docs(schema)) as object,
  );
}

/** Steps into a document; a text beginning with # is the entry of a list with that id or field. */
export type Path = readonly (string | number)[];
export type Json = Record<string | number, unknown>;

export function follow(document: Json, path: Path): unknown {
  return path.reduce<unknown>((part, step) => {
    if (typeof step === 'string' && step.startsWith('#')) {
      const name = step.slice(1);
      const found = (part as Json[]).find((entry) => entry.id === name || entry.field === name);
      if (!found) throw new Error(`no entry ${name}`);
      return found;
    }
    return (part as Json)[step];
  }, document);
}

/** The document with one place changed; `undefined` takes it out. */
export function changed(document: string, path: Path, value: unknown): string {
  const copy = JSON.parse(document) as Json;
  const holder = follow(copy, path.slice(0, -1)) as Json | unknown[];
  const last = path.at(-1)!;
  const key =
    typeof last === 'string' && last.startsWith('#')
      ? (holder as Json[]).findIndex((entry) => entry.id === last.slice(1) || entry.field === last.slice(1))
      : last;
  if (value !== undefined) (holder as Json)[key] = value;
  else if (Array.isArray(holder)) holder.splice(key as number, 1);
  else delete holder[key];
  return JSON.stringify(copy, null, 2);
}
