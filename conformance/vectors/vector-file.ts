/** Test vectors as files: one document for each suite or algorithm, every vector with its expected result. */

import { toHex } from '../../apdu/index.js';

/** A vector: what kind it is, which, why it is there, inputs and outputs, and `ok` or the reason of a refusal. */
export type Vector = {
  readonly kind: string;
  readonly id: string;
  readonly comment: string;
  readonly result: string;
  readonly [field: string]: unknown;
};

export type VectorFile = {
  /** Name of the file in `conformance/vectors/`. */
  readonly name: string;
  readonly document: {
    readonly $schema: string;
    readonly format: string;
    readonly suite: string;
    readonly about: string;
    readonly vectors: readonly Vector[];
  };
};

/** The document with byte strings as hexadecimal, and its text as it stands in the file. */
export function vectorFile(
  name: string,
  { format, suite, about }: { readonly format: string; readonly suite: string; readonly about: string },
  vectors: readonly Vector[],
): VectorFile {
  const ids = new Set(vectors.map(({ id }) => id));
  if (ids.size !== vectors.length) throw new Error('two vectors have one identifier');
  const document = { $schema: './vectors.schema.json', format, suite, about, vectors };
  return { name, document: hexadecimal(document) as VectorFile['document'] };
}

export function vectorText({ document }: VectorFile): string {
  return `${JSON.stringify(document, null, 1)}\n`;
}

function hexadecimal(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(hexadecimal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, hexadecimal(inner)]));
}
