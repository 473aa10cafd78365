/** The committed test vectors, read as a foreign implementer reads them: JSON, byte strings in hexadecimal. */

import { readFileSync } from 'node:fs';
import { fromHex } from '../../apdu/index.js';

/** A vector with typed access to its fields. @throws {TypeError} for a field that is not of the type asked for. */
export class TestVector {
  constructor(private readonly content: Readonly<Record<string, unknown>>) {}

  get kind(): string {
    return this.text('kind');
  }
  get id(): string {
    return this.text('id');
  }
  /** `ok` or the reason of the refusal. */
  get result(): string {
    return this.text('result');
  }

  has(name: string): boolean {
    return name in this.content;
  }

  text(name: string): string {
    return this.of(name, 'string') as string;
  }

  number(name: string): number {
    return this.of(name, 'number') as number;
  }

  bytes(name: string): Uint8Array {
    return fromHex(this.text(name));
  }

  byteList(name: string): Uint8Array[] {
    return (this.list(name) as string[]).map((it) => fromHex(it));
  }

  texts(name: string): string[] {
    return this.list(name) as string[];
  }

  /** Vectors within a vector. */
  inner(name: string): TestVector[] {
    return (this.list(name) as Record<string, unknown>[]).map((it) => new TestVector(it));
  }

  private list(name: string): unknown[] {
    const value = this.content[name];
    if (!Array.isArray(value)) throw new TypeError(`${name} is no list`);
    return value;
  }

  private of(name: string, type: 'string' | 'number'): unknown {
    const value = this.content[name];
    if (typeof value !== type) throw new TypeError(`${name} is no ${type}`);
    return value;
  }
}

export const VECTOR_FILES = [
  'ps-g1-bls12381.json',
  'ps-g1-bn254.json',
  'bbs-bls12381.json',
  'bbs-bn254.json',
  'ecdsa.json',
  'hpke.json',
  'proxy-p256.json',
] as const;

/** Path of a file of `conformance/vectors/`. */
export function vectorPath(name: string): URL {
  return new URL(`../../conformance/vectors/${name}`, import.meta.url);
}

export function vectorText(name: string): string {
  return readFileSync(vectorPath(name), 'utf8');
}

export function readVectors(name: (typeof VECTOR_FILES)[number]): readonly TestVector[] {
  const { vectors } = JSON.parse(vectorText(name)) as { vectors: Record<string, unknown>[] };
  return vectors.map((it) => new TestVector(it));
}

/** Runs every vector by the check of its kind; names each that fails, and counts them by kind. */
export async function runVectors(
  vectors: readonly TestVector[],
  checks: Readonly<Record<string, (vector: TestVector) => void | Promise<void>>>,
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const vector of vectors) {
    const check = checks[vector.kind];
    if (!check) throw new Error(`${vector.id}: nothing checks the kind ${vector.kind}`);
    try {
      await check(vector);
    } catch (cause) {
      throw new Error(`the vector ${vector.id} does not hold: ${(cause as Error).message}`, { cause });
    }
    counts[vector.kind] = (counts[vector.kind] ?? 0) + 1;
  }
  return counts;
}
