/** A small persistent memory for exhaustive tests, and steps of random work on it. */

import fc from 'fast-check';
import { type CardLimits, Meter, Nvm, type TearVariant } from '../../../applet/index.js';

export const TEAR_VARIANTS: readonly TearVariant[] = ['lost', 'half', 'erased', 'garbage'];

/** Eight pages of 64 bytes for programs; the memory manager keeps 24 more for itself. */
export const SMALL: CardLimits = {
  nvmBytes: 32 * 64,
  ramBytes: 256,
  commitBufferBytes: 256,
  apduBufferBytes: 64,
  pageBytes: 64,
  enduranceCycles: 500_000,
  extendedLength: false,
};
export const SMALL_CAPACITY = 8 * 64;

export type Bench = { readonly nvm: Nvm; readonly meter: Meter };

/** A memory, new or from a flash image, with its meter. */
export function benchOf(image?: Uint8Array, limits: CardLimits = SMALL): Bench {
  const meter = new Meter();
  return { nvm: new Nvm(limits, meter, image), meter };
}

/** A copy of the flash, spare areas included. */
export function imageOf(nvm: Nvm): Uint8Array {
  return nvm.flash.bytes.slice();
}

/** Everything that programs can read. */
export function contentOf(nvm: Nvm): Uint8Array {
  return nvm.read(0, nvm.capacity);
}

export type Write = { readonly offset: number; readonly bytes: Uint8Array };

/** One write on its own, or a transaction, which may end in an exception. */
export type Step = {
  readonly kind: 'write' | 'commit' | 'abort';
  readonly writes: readonly Write[];
};

/** What makes a transaction abort; told apart from every error of the runtime. */
export class Abandoned extends Error {}

/** Does a step; an abort's own exception is taken. */
export function perform(nvm: Nvm, step: Step): void {
  if (step.kind === 'write') {
    const [write] = step.writes;
    if (write) nvm.write(write.offset, write.bytes);
    return;
  }
  try {
    nvm.atomically(() => {
      for (const { offset, bytes } of step.writes) nvm.write(offset, bytes);
      if (step.kind === 'abort') throw new Abandoned();
    });
  } catch (error) {
    if (!(error instanceof Abandoned)) throw error;
  }
}

/** The same step on a plain array. */
export function performOnModel(model: Uint8Array, step: Step): void {
  if (step.kind === 'abort') return;
  for (const { offset, bytes } of step.kind === 'write' ? step.writes.slice(0, 1) : step.writes) {
    model.set(bytes, offset);
  }
}

const write = fc
  .record({ offset: fc.nat(SMALL_CAPACITY - 1), bytes: fc.uint8Array({ minLength: 1, maxLength: 90 }) })
  .map(({ offset, bytes }): Write => ({ offset, bytes: bytes.slice(0, SMALL_CAPACITY - offset) }));

/** Work within the commit buffer: at most two writes of 90 bytes and one short one. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: write.map((one): Step => ({ kind: 'write', writes: [one] })) },
  {
    weight: 5,
    arbitrary: fc
      .array(write, { minLength: 1, maxLength: 6 })
      .map((writes): Step => ({ kind: 'commit', writes: withinCommitBuffer(writes) })),
  },
  {
    weight: 2,
    arbitrary: fc
      .array(write, { minLength: 1, maxLength: 6 })
      .map((writes): Step => ({ kind: 'abort', writes: withinCommitBuffer(writes) })),
  },
);

function withinCommitBuffer(writes: readonly Write[]): Write[] {
  let sum = 0;
  return writes.filter(({ bytes }) => {
    sum += bytes.length;
    return sum <= SMALL.commitBufferBytes;
  });
}

/** How often `needle` stands in `haystack`. */
export function occurrences(haystack: Uint8Array, needle: Uint8Array): number {
  const text = Buffer.from(haystack.buffer, haystack.byteOffset, haystack.length);
  let count = 0;
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) count++;
  return count;
}

/** `length` bytes that stand nowhere else in a test: a xorshift stream per label. */
export function distinctBytes(label: number, length: number): Uint8Array {
  let state = (label * 2654435761 + 88675123) >>> 0 || 1;
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state & 0xff;
  });
}
