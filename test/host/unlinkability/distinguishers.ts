/**
 * Distinguishers: questions about two signatures, each answered by yes or no from public bytes. If one is
 * answered yes more often for two signatures of one doctor than for two of different doctors, it links.
 */

import type { MclCurve } from '../../../host/index.js';
import { type Count, fisherExact } from './fisher.js';
import type { Seen } from './signers.js';

export type Couple = readonly [Seen, Seen];
export type Sample = {
  /** Two signatures of one doctor each. */
  readonly same: readonly Couple[];
  /** Two signatures of two doctors each. No signature stands in two couples, so all answers are independent. */
  readonly different: readonly Couple[];
};

export type Finding = {
  readonly question: string;
  /** Chance of so large a difference without a link, times the number of questions asked (Bonferroni). */
  readonly p: number;
};

/** Nonces that a counter has in a card's first signatures. */
const SMALL_NONCES = 256;
const WINDOW_BYTES = 4;

type Answers = (couple: Couple) => Iterable<readonly [question: string, yes: boolean]>;

/** Asks every question of both samples; the finding with the smallest p-value first. */
export function findings(curve: MclCurve, { same, different }: Sample): readonly Finding[] {
  const explain = explainedKeys(curve);
  const answers: Answers = (couple) => [
    ...equalFields(couple),
    ...equalBytes(couple),
    ...equalBits(couple),
    ...fewDifferentBits(couple),
    [`${WINDOW_BYTES} bytes of one anywhere in the other`, sharesWindow(couple)],
    [
      `a key that nonces below ${SMALL_NONCES} explain for both`,
      intersect(explain(couple[0]), explain(couple[1])),
    ],
  ];
  const inSame = countsOf(same, answers);
  const inDifferent = countsOf(different, answers);
  return [...inSame]
    .map(([question, count]) => ({
      question,
      p: Math.min(1, fisherExact(count, inDifferent.get(question)!) * inSame.size),
    }))
    .sort((a, b) => a.p - b.p);
}

function countsOf(couples: readonly Couple[], answers: Answers): Map<string, Count> {
  const seen = new Map<string, number>();
  for (const couple of couples) {
    for (const [question, yes] of answers(couple))
      seen.set(question, (seen.get(question) ?? 0) + Number(yes));
  }
  return new Map([...seen].map(([question, count]) => [question, { seen: count, of: couples.length }]));
}

function* equalFields([a, b]: Couple): ReturnType<Answers> {
  for (const [name, value] of Object.entries(a.fields))
    yield [`equal ${name}`, value.join() === b.fields[name]!.join()];
}

function* equalBytes([a, b]: Couple): ReturnType<Answers> {
  for (let i = 0; i < a.wire.length; i++) yield [`equal byte ${i}`, a.wire[i] === b.wire[i]];
}

function* equalBits([a, b]: Couple): ReturnType<Answers> {
  for (let i = 0; i < a.wire.length; i++) {
    const difference = a.wire[i]! ^ b.wire[i]!;
    for (let bit = 0; bit < 8; bit++) yield [`equal bit ${i}.${bit}`, ((difference >> bit) & 1) === 0];
  }
}

/** Whether fewer than half of a field's bits differ. */
function* fewDifferentBits([a, b]: Couple): ReturnType<Answers> {
  for (const [name, value] of Object.entries(a.fields)) {
    let different = 0;
    for (const [i, byte] of value.entries()) {
      for (let rest = byte ^ b.fields[name]![i]!; rest > 0; rest &= rest - 1) different++;
    }
    yield [`fewer than half of the bits of ${name} differ`, different < 4 * value.length];
  }
}

/** Whether a run of bytes of one stands in the other, at whatever place; suite and epoch left out. */
function sharesWindow([a, b]: Couple): boolean {
  const windows = (bytes: Uint8Array) => {
    const hex = Buffer.from(bytes).toString('hex');
    return Array.from({ length: bytes.length - WINDOW_BYTES + 1 }, (_, i) =>
      hex.slice(2 * i, 2 * (i + WINDOW_BYTES)),
    );
  };
  return intersect(new Set(windows(a.signature)), new Set(windows(b.signature)));
}

/** sk = (s − k)/c for every small k: what anybody can compute from one signature. */
function explainedKeys(curve: MclCurve): (seen: Seen) => ReadonlySet<string> {
  const { mcl } = curve;
  return ({ challenge, response }) => {
    const step = mcl.inv(curve.scalar(challenge));
    const keys = new Set<string>();
    let key = mcl.mul(curve.scalar(response), step);
    for (let k = 0; k < SMALL_NONCES; k++, key = mcl.sub(key, step)) keys.add(key.serialize().join());
    return keys;
  };
}

function intersect(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const value of a) if (b.has(value)) return true;
  return false;
}
