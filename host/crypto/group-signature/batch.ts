/**
 * Batch verification of group signatures (small exponents, after Bellare, Garay and Rabin, 1998): one
 * pairing product for many signatures, and a search by halving that names the bad ones.
 */

import type { Rng } from '../random.js';
import type {
  EquationPoints,
  GroupSignatureFault,
  MclGroupVerifier,
  SignedStatement,
} from './group-verifier.js';
import type { Fr, G1, HostCurve } from './host-curve.js';

/** More points than this at a time exhaust mcl-wasm's stack; the accelerated engine refuses them. */
const MULTIPLICATION_POINTS = 2048;
/** 128 bits: a bad batch passes with probability 2^-128. */
const EXPONENT_BYTES = 16;

export type BatchItem = {
  /** Who sent it, by the channel it came on: the unit of blame, and of the work that blame may cost. */
  readonly sender: string;
  readonly signed: SignedStatement;
};

export type BatchVerdict =
  | { readonly ok: true }
  /** `undecided`: the sender's other bad signatures have used up the work that a sender is granted. */
  | { readonly ok: false; readonly reason: GroupSignatureFault | 'undecided' };

export type BatchOptions = {
  /** A cryptographically strong source: whoever foresees it can make bad signatures cancel out. */
  readonly rng: Rng;
  /** Pairing products that one sender's part of a failed batch may cost (64). */
  readonly productsPerSender?: number;
};

export type BatchResult = {
  /** In the order of the items. */
  readonly verdicts: readonly BatchVerdict[];
  /** Pairing products computed: 1 for a batch in which only malformed signatures, or none, are bad. */
  readonly products: number;
};

/** Verifies a batch under one key: every check of every signature, but one pairing product for all. */
export function verifyBatch(
  verifier: MclGroupVerifier,
  items: readonly BatchItem[],
  { rng, productsPerSender = 64 }: BatchOptions,
): BatchResult {
  const verdicts: BatchVerdict[] = [];
  const candidates: Omit<Candidate, 'exponent'>[] = [];
  for (const [index, { sender, signed }] of items.entries()) {
    const checked = verifier.check(signed);
    verdicts.push(checked.ok ? { ok: true } : checked);
    if (checked.ok) candidates.push({ index, sender, points: checked.points });
  }
  // Drawn only now: exponents known before the batch is fixed protect against nothing.
  const weighted = candidates.map((it) => ({ ...it, exponent: drawExponent(verifier.curve, rng) }));
  const search = new BadSignatureSearch(verifier, verdicts, productsPerSender);
  search.run(weighted);
  return { verdicts, products: search.products };
}

type Candidate = {
  readonly index: number;
  readonly sender: string;
  readonly points: EquationPoints;
  readonly exponent: Fr;
};

class BadSignatureSearch {
  products = 0;

  constructor(
    private readonly verifier: MclGroupVerifier,
    private readonly verdicts: BatchVerdict[],
    private readonly productsPerSender: number,
  ) {}

  run(candidates: readonly Candidate[]): void {
    if (candidates.length === 0 || this.holds(candidates)) return;
    this.amongSenders(bySender(candidates));
  }

  /** Which senders' parts are bad, in a set of parts that is: two products for each bad sender and halving. */
  private amongSenders(parts: readonly (readonly Candidate[])[]): void {
    if (parts.length === 1) {
      this.amongSignatures(parts[0]!, { products: this.productsPerSender });
      return;
    }
    const [left, right] = halves(parts);
    const leftHolds = this.holds(left.flat());
    if (!leftHolds) this.amongSenders(left);
    // a bad whole with a good left half has a bad right half
    if (leftHolds || !this.holds(right.flat())) this.amongSenders(right);
  }

  /** Which signatures are bad, in a set of one sender's that is. */
  private amongSignatures(bad: readonly Candidate[], budget: { products: number }): void {
    if (bad.length === 1 || budget.products === 0) {
      this.refuse(bad, bad.length === 1 ? 'equation' : 'undecided');
      return;
    }
    const [left, right] = halves(bad);
    budget.products--;
    const leftHolds = this.holds(left);
    if (!leftHolds) this.amongSignatures(left, budget);
    if (!leftHolds && budget.products === 0) {
      this.refuse(right, 'undecided');
      return;
    }
    if (!leftHolds) budget.products--;
    if (leftHolds || !this.holds(right)) this.amongSignatures(right, budget);
  }

  private refuse(candidates: readonly Candidate[], reason: 'equation' | 'undecided'): void {
    for (const { index } of candidates) this.verdicts[index] = { ok: false, reason };
  }

  /** Whether the equation holds for the sums over the candidates, each weighted with its exponent. */
  private holds(candidates: readonly Candidate[]): boolean {
    this.products++;
    const exponents = candidates.map((it) => it.exponent);
    const sums = candidates[0]!.points.map((_, part) =>
      multiplyAndSum(
        this.verifier.curve,
        candidates.map((it) => it.points[part]!),
        exponents,
      ),
    );
    return this.verifier.equationHolds(sums);
  }
}

/** Σ scalar·point for any number of points, at least one. */
export function multiplyAndSum(curve: HostCurve, points: readonly G1[], scalars: readonly Fr[]): G1 {
  const sums: G1[] = [];
  for (let at = 0; at < points.length; at += MULTIPLICATION_POINTS) {
    const end = at + MULTIPLICATION_POINTS;
    sums.push(curve.lib.mulVec(points.slice(at, end), scalars.slice(at, end)));
  }
  return sums.reduce((all, part) => curve.lib.add(all, part));
}

/** Uniform in [1, 2^128). */
function drawExponent(curve: HostCurve, rng: Rng): Fr {
  const scalar = new Uint8Array(32);
  do scalar.set(rng.bytes(EXPONENT_BYTES), 32 - EXPONENT_BYTES);
  while (scalar.every((byte) => byte === 0));
  return curve.scalar(scalar);
}

function bySender(candidates: readonly Candidate[]): Candidate[][] {
  const parts = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const part = parts.get(candidate.sender);
    if (part) part.push(candidate);
    else parts.set(candidate.sender, [candidate]);
  }
  return [...parts.values()];
}

function halves<T>(items: readonly T[]): readonly [readonly T[], readonly T[]] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}
