/**
 * The opening service: who signed. By the signature's hint, or, where the hint lies, by a scan of the
 * whole register. It needs neither x nor y.
 */

import { createHmac } from 'node:crypto';
import type { G1, GT } from 'mcl-wasm';
import { equalBytes, HINT_BYTES, splitGroupSignature } from '../../../apdu/index.js';
import { sha256 } from '../sha256.js';
import type { GroupSignatureFault, SignedStatement } from './group-verifier.js';
import type { EquationPoints, MclGroupVerifier } from './verifier.js';

/** A member as the opening service knows it. */
export type OpenableMember = {
  /** ID_D. */
  readonly doctorId: string;
  /** D, encoded G1 point. */
  readonly membershipKey: Uint8Array;
  /** T~ = sk·g~, encoded G2 point. Secret: it tells every signature of that card, past and future. */
  readonly openingKey: Uint8Array;
  /** K_i of the epoch, 32 bytes. */
  readonly hintKey: Uint8Array;
};

/** The members of one epoch. */
export interface OpeningRegister {
  members(): Iterable<OpenableMember>;
}

/** Every opening leaves a trace, also one that finds nobody. */
export interface OpeningLog {
  record(entry: OpeningLogEntry): void;
}
export type OpeningLogEntry = {
  readonly epoch: number;
  /** SHA-256 of the signature. */
  readonly signatureHash: Uint8Array;
  /** ID_D of the signer, where one was found. */
  readonly doctorId: string | undefined;
};

export type OpeningResult =
  | {
      readonly ok: true;
      readonly member: OpenableMember;
      /** `scan` says that the hint was none of this member's: a card that does not follow the rules. */
      readonly foundBy: 'hint' | 'scan';
    }
  | { readonly ok: false; readonly reason: GroupSignatureFault | 'unknown-signer' };

/** Opens signatures of one epoch. */
export class GroupOpener {
  constructor(
    private readonly verifier: MclGroupVerifier,
    private readonly register: OpeningRegister,
    private readonly log: OpeningLog,
  ) {}

  /** Verifies the signature, then finds its signer. @throws {Error} for a malformed register. */
  open(signed: SignedStatement): OpeningResult {
    const result = this.find(signed);
    this.log.record({
      epoch: this.verifier.epoch,
      signatureHash: sha256(signed.signature),
      doctorId: result.ok ? result.member.doctorId : undefined,
    });
    return result;
  }

  private find(signed: SignedStatement): OpeningResult {
    const checked = this.verifier.check(signed);
    if (!checked.ok) return checked;
    if (!this.verifier.equationHolds(checked.points)) return { ok: false, reason: 'equation' };
    const { s1, hint } = splitGroupSignature(this.verifier.suite, signed.signature)!;
    const signer = new SignerTest(this.verifier, checked.points);
    const hinted = new Set<OpenableMember>();
    for (const member of this.register.members()) {
      if (!equalBytes(hintOf(member, s1), hint)) continue;
      if (signer.is(member)) return { ok: true, member, foundBy: 'hint' };
      hinted.add(member);
    }
    for (const member of this.register.members()) {
      if (!hinted.has(member) && signer.is(member)) return { ok: true, member, foundBy: 'scan' };
    }
    return { ok: false, reason: 'unknown-signer' };
  }
}

/** e(s1, T~) = e(W, g~) for one signature and any member; W is the point A of the verification. */
export class SignerTest {
  private readonly s1: G1;
  /** Miller loop of (−W, g~), the same for every member. */
  private readonly fixed: GT;

  constructor(
    private readonly verifier: Pick<MclGroupVerifier, 'curve'>,
    { a, s1 }: EquationPoints,
  ) {
    const { mcl, g2 } = verifier.curve;
    this.s1 = s1;
    this.fixed = mcl.millerLoop(mcl.neg(a), g2);
  }

  /** @throws {Error} when the register's T~ is no point of the subgroup. */
  is({ doctorId, openingKey }: Pick<OpenableMember, 'doctorId' | 'openingKey'>): boolean {
    const { curve } = this.verifier;
    const key = curve.decodeG2(openingKey);
    if (!key.ok) throw new Error(`the register's opening key of ${doctorId} is malformed: ${key.reason}`);
    return curve.mcl.finalExp(curve.mcl.mul(curve.mcl.millerLoop(this.s1, key.point), this.fixed)).isOne();
  }
}

function hintOf({ hintKey }: OpenableMember, s1: Uint8Array): Uint8Array {
  return createHmac('sha256', hintKey).update(s1).digest().subarray(0, HINT_BYTES);
}
