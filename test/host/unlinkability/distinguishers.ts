/**
 * Distinguishers: questions about two signatures, each answered by yes or no from public bytes. If one is
 * answered yes more often for two signatures of one doctor than for two of different doctors, it links.
 */

import { challengeOf, psChallengeInput, splitPsSignature } from '../../../apdu/index.js';
import { sha256 } from '../../../host/index.js';
import type { Group } from '../crypto/group-fixture.js';
import { type Count, fisherExact } from './fisher.js';
import { fieldsOf, type Seen } from './signers.js';

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
export function findings(to: Group, { same, different }: Sample): readonly Finding[] {
  const explain = explainedKeys(to);
  const answers: Answers = (couple) => [
    ...equalFields(to, couple),
    ...equalBytes(couple),
    ...equalBits(couple),
    ...fewDifferentBits(to, couple),
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

function* equalFields(to: Group, couple: Couple): ReturnType<Answers> {
  const [a, b] = couple.map((it) => fieldsOf(to, it));
  for (const name of Object.keys(a!)) yield [`equal ${name}`, a![name]!.join() === b![name]!.join()];
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
function* fewDifferentBits(to: Group, couple: Couple): ReturnType<Answers> {
  const [a, b] = couple.map((it) => fieldsOf(to, it));
  for (const name of Object.keys(a!)) {
    let different = 0;
    for (const [i, byte] of a![name]!.entries()) {
      for (let rest = byte ^ b![name]![i]!; rest > 0; rest &= rest - 1) different++;
    }
    yield [`fewer than half of the bits of ${name} differ`, different < 4 * a![name]!.length];
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
function explainedKeys(to: Group): (seen: Seen) => ReadonlySet<string> {
  const { mcl } = to.curve;
  return ({ signature, domain, statement, epoch }) => {
    const parts = splitPsSignature(to.suite, signature)!;
    const { groupKeyHash } = to;
    const input = psChallengeInput({ ...parts, domain, statement, epoch, groupKeyHash });
    const step = mcl.inv(to.curve.scalar(challengeOf(sha256(input))));
    let key = mcl.mul(to.curve.scalar(parts.response), step);
    const keys = new Set<string>();
    for (let k = 0; k < SMALL_NONCES; k++, key = mcl.sub(key, step)) keys.add(key.serialize().join());
    return keys;
  };
}

function intersect(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const value of a) if (b.has(value)) return true;
  return false;
}
