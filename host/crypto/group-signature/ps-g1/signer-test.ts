/** PS-G1: whether a member made a signature. */

import type { OpenableMember } from '../group-opener.js';
import type { G1, GT } from '../host-curve.js';
import type { PsPoints, PsVerifier } from './verifier.js';

/** e(s1, T~) = e(W, g~) for one signature and any member; W is the point A of the verification. */
export class SignerTest {
  private readonly s1: G1;
  /** Miller loop of (−W, g~), the same for every member. */
  private readonly fixed: GT;

  constructor(
    private readonly verifier: Pick<PsVerifier, 'curve'>,
    [a, s1]: PsPoints,
  ) {
    const { lib, g2 } = verifier.curve;
    this.s1 = s1;
    this.fixed = lib.millerLoop(lib.neg(a), g2);
  }

  /** @throws {Error} when the register's T~ is no point of the subgroup. */
  is({ doctorId, openingKey }: Pick<OpenableMember, 'doctorId' | 'openingKey'>): boolean {
    const { curve } = this.verifier;
    const key = curve.decodeG2(openingKey);
    if (!key.ok) throw new Error(`the register's opening key of ${doctorId} is malformed: ${key.reason}`);
    return curve.lib.finalExp(curve.lib.mul(curve.lib.millerLoop(this.s1, key.point), this.fixed)).isOne();
  }
}
