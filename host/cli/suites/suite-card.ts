/** A member of each suite on the card's own code, metered: what each step of membership and signing costs. */

import { type GroupSuite, utf8ToBytes } from '../../../apdu/index.js';
import {
  acceptCredential,
  Coprocessor,
  type GroupMemberKey,
  groupSchemeOf,
  makeCoupon,
  nobleEngine,
  requestMembership,
  signGroup,
  spendCoupon,
} from '../../../applet/index.js';
import type { OperationCount } from '../../../perf/index.js';
import { type IssuerKeys, type MclCurve, makeGroupIssuer, type Rng, sha256 } from '../../index.js';

/** What one step took; model units, the same in every run. */
export type StepFigures = {
  readonly operations: readonly OperationCount[];
  /** RAM that the step holds at its peak, the coprocessor's scratch included; beside command and response. */
  readonly ramPeakBytes: number;
};

export const SUITE_STEPS = {
  request: 'join: request (eq. 3)',
  accept: 'join: accept (eq. 4)',
  sign: 'sign',
  makeCoupon: 'make a coupon',
  spendCoupon: 'sign with a coupon',
} as const;
export type SuiteStep = keyof typeof SUITE_STEPS;

export type SuiteMember = {
  readonly steps: Readonly<Record<SuiteStep, StepFigures>>;
  readonly key: GroupMemberKey;
  readonly membershipKey: Uint8Array;
  /** A signature of {@link STATEMENT_OF_EQ_9}, anew with each counter. */
  readonly sign: (counter: number) => Uint8Array;
  readonly makeCoupon: (counter: number) => Uint8Array;
  readonly spendCoupon: (coupon: Uint8Array) => Uint8Array;
};

/** As long as the statement of a new record. */
export const STATEMENT_OF_EQ_9 = { domain: 'IMIS-v1/gs/eq9', statement: new Uint8Array(116).fill(9) };

const NONCE = new Uint8Array(16).fill(1);
const DOCTOR_ID = utf8ToBytes('D-104217');

/** Joins the group and goes through every step once. */
export async function makeSuiteMember(
  curve: MclCurve,
  suite: GroupSuite,
  keys: IssuerKeys,
  rng: Rng,
): Promise<SuiteMember> {
  const meter = new StepMeter(rng);
  const { coprocessor } = meter;
  const groupKeyHash = sha256(keys.published.publicKey);
  const inputs = { nonce: NONCE, doctorId: DOCTOR_ID, groupKeyHash, counter: 1 };
  const request = meter.during(() => requestMembership(coprocessor, suite, inputs));
  const { membershipKey, proof, secretKey } = request.value;
  const register = { hasMember: () => false, nextCounter: () => 1, claimUnique: () => true };
  const ask = { nonce: NONCE, doctorId: DOCTOR_ID, membershipKey, proof };
  const issued = await makeGroupIssuer(curve, keys, register, rng).issue(ask);
  if (!issued.ok) throw new Error(`the issuer refuses a member of its own: ${issued.reason}`);
  const offer = { freshness: NONCE, groupKeyHash, membershipKey, credential: issued.credential };
  const accepted = meter.during(() => acceptCredential(coprocessor, suite, offer));
  if (!accepted.value.ok) throw new Error(`the card refuses its credential: ${accepted.value.reason}`);
  const key: GroupMemberKey = {
    secretKey,
    credential: accepted.value.credential,
    hintKey: groupSchemeOf(suite).usesHintKey ? new Uint8Array(32).fill(7) : new Uint8Array(0),
    groupKeyHash,
    epoch: keys.published.epoch,
  };
  const made = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the stored key is no valid key');
    return value;
  };
  const sign = (counter: number) => made(signGroup(coprocessor, suite, key, STATEMENT_OF_EQ_9, counter));
  const coupon = (counter: number) => made(makeCoupon(coprocessor, suite, key, counter));
  const spend = (bytes: Uint8Array) => {
    const spent = spendCoupon(coprocessor, suite, key, bytes, STATEMENT_OF_EQ_9);
    if (!spent.ok) throw new Error(`the coupon is refused: ${spent.reason}`);
    return spent.signature;
  };
  const signed = meter.during(() => sign(2));
  const ahead = meter.during(() => coupon(3));
  const steps = {
    request: request.figures,
    accept: accepted.figures,
    sign: signed.figures,
    makeCoupon: ahead.figures,
    spendCoupon: meter.during(() => spend(ahead.value)).figures,
  };
  return { steps, key, membershipKey, sign, makeCoupon: coupon, spendCoupon: spend };
}

/** A coprocessor that counts, and remembers the peak of the RAM it was lent. */
class StepMeter {
  readonly coprocessor: Coprocessor;
  private readonly counts = new Map<string, OperationCount>();
  private held = 0;
  private peak = 0;

  constructor(rng: Rng) {
    this.coprocessor = new Coprocessor({
      engine: nobleEngine,
      charge: (name, length) => this.charge(name, length),
      random: (length) => rng.bytes(length),
      scratch: { hold: (lengthBytes, work) => this.hold(lengthBytes, work) },
    });
  }

  during<T>(work: () => T): { readonly value: T; readonly figures: StepFigures } {
    this.counts.clear();
    this.peak = 0;
    const value = work();
    const operations = [...this.counts.values()].sort(
      (a, b) => a.name.localeCompare(b.name, 'en') || a.length - b.length,
    );
    return { value, figures: { operations, ramPeakBytes: this.peak } };
  }

  private charge(name: string, length: number): void {
    const key = `${name} ${length}`;
    this.counts.set(key, { name, length, count: (this.counts.get(key)?.count ?? 0) + 1 });
  }

  private hold<T>(lengthBytes: number, work: () => T): T {
    this.held += lengthBytes;
    this.peak = Math.max(this.peak, this.held);
    try {
      return work();
    } finally {
      this.held -= lengthBytes;
    }
  }
}
