import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { renderTestVectors } from '../../conformance/index.js';
import { VECTOR_FILES, vectorPath, vectorText } from './vector-files.js';

const schema = JSON.parse(readFileSync(vectorPath('vectors.schema.json'), 'utf8')) as {
  $defs: Record<string, object>;
};
const validate = new Ajv2020({ strict: true, allErrors: false }).compile(schema);

/** Long enough for a busy machine; nothing here is timed. */
const TIMEOUT = { timeout: 300_000 };

describe('the files of test vectors', () => {
  test.each(VECTOR_FILES)('%s is as its schema says', (name) => {
    const document = JSON.parse(vectorText(name)) as { vectors: Record<string, unknown>[] };
    expect(validate(document), JSON.stringify(validate.errors?.[0])).toBe(true);
    const [first] = document.vectors;
    const { comment: _, ...short } = first!;
    for (const spoiled of [
      short,
      { ...first, more: 1 },
      { ...first, result: 'perhaps' },
      { ...first, id: 'A b' },
    ]) {
      expect(validate({ ...document, vectors: [spoiled] })).toBe(false);
    }
  });

  test('have no two vectors of one name', () => {
    for (const name of VECTOR_FILES) {
      const { vectors } = JSON.parse(vectorText(name)) as { vectors: { id: string }[] };
      expect(new Set(vectors.map(({ id }) => id)).size).toBe(vectors.length);
    }
  });

  test('are what the definition gives: npx tsx conformance/vectors/generate.ts', TIMEOUT, async () => {
    const rendered = await renderTestVectors();
    expect(rendered.map(({ name }) => name)).toEqual(VECTOR_FILES);
    for (const { name, text, vectors } of rendered) {
      console.log(`${name}: ${vectors} vectors`);
      expect(text === vectorText(name), `${name} is stale`).toBe(true);
    }
  });
});
