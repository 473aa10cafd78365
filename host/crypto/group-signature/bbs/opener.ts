/**
 * BBS, the opening service: D = T2 − z·T1, one multiplication whatever the size of the register, and a proof
 * that log_g(Z) = log_T1(T2 − D), which gives nothing of z away. It needs no secret of any member.
 */

import {
  challengeOf,
  challengeScalar,
  DOMAIN,
  isScalar,
  joinSchnorrProof,
  openingProofInput,
  splitSchnorrProof,
} from '../../../../apdu/index.js';
import { hedgedScalar } from '../../hedged-scalar.js';
import { sha256 } from '../../sha256.js';
import {
  type ClaimedOpening,
  type GroupOpener,
  type JoinRecords,
  logged,
  type OpeningNonce,
  type OpeningPorts,
  type OpeningResult,
  type OpeningToProve,
  type OpeningVerdict,
  openingBinding,
} from '../group-opener.js';
import { type GroupSignatureFault, type SignedStatement, sameChallenge } from '../group-verifier.js';
import type { G1 } from '../host-curve.js';
import type { BbsCiphertext, BbsVerifier } from './verifier.js';

/** Opens signatures of one epoch. */
export class BbsOpener implements GroupOpener {
  /** @throws {RangeError} when the opening key is not that of the verifier's group key. */
  constructor(
    private readonly verifier: BbsVerifier,
    private readonly ports: OpeningPorts,
  ) {
    const { curve, openingPoint } = verifier;
    const { openingKey } = ports;
    const fits =
      isScalar(curve.parameters, openingKey) &&
      curve.lib.mul(curve.g1, curve.scalar(openingKey)).isEqual(openingPoint);
    if (!fits) throw new RangeError('the opening key is not that of the group public key');
  }

  open(signed: SignedStatement): OpeningResult {
    return logged(this.verifier, this.ports.log, signed, () => this.find(signed));
  }

  prove(
    { signed, member, judgeNonce }: OpeningToProve,
    { rng, counter }: OpeningNonce,
  ): Uint8Array | undefined {
    const { verifier } = this;
    const { curve } = verifier;
    const { lib, g1 } = curve;
    const checked = verified(verifier, signed);
    if (!checked.ok) return undefined;
    const { t1, t2 } = checked.ciphertext;
    const d = curve.decodeG1(member.membershipKey);
    if (!d.ok || !this.decrypt({ t1, t2 }).isEqual(d.point)) return undefined;
    const inputs = { secret: this.ports.openingKey, counter, domain: DOMAIN.nonceOpening };
    const k = curve.scalar(hedgedScalar(rng, curve.parameters.order, inputs));
    const commitments = [curve.encodeG1(lib.mul(g1, k)), curve.encodeG1(lib.mul(t1, k))];
    const binding = openingBinding(verifier, { signed, ...member, judgeNonce });
    const challenge = challengeOf(sha256(openingProofInput(binding, commitments)));
    const z = curve.scalar(this.ports.openingKey);
    const response = lib.add(k, lib.mul(curve.scalar(challengeScalar(challenge)), z));
    return joinSchnorrProof({ challenge, response: curve.encodeScalar(response) });
  }

  private find(signed: SignedStatement): OpeningResult {
    const checked = verified(this.verifier, signed);
    if (!checked.ok) return checked;
    const d = this.decrypt(checked.ciphertext);
    const member = d.isZero() ? undefined : this.ports.register.memberWith(this.verifier.curve.encodeG1(d));
    return member ? { ok: true, member, foundBy: 'key' } : { ok: false, reason: 'unknown-signer' };
  }

  private decrypt({ t1, t2 }: BbsCiphertext): G1 {
    const { curve } = this.verifier;
    return curve.lib.sub(t2, curve.lib.mul(t1, curve.scalar(this.ports.openingKey)));
  }
}

/** An outsider's verification: the signature, the join record, R1 = s·g − c'·Z and R2 = s·T1 − c'·(T2 − D). */
export function verifyBbsOpening(
  verifier: BbsVerifier,
  opening: ClaimedOpening,
  records: JoinRecords,
): OpeningVerdict {
  const { curve, openingPoint } = verifier;
  const { lib, g1, parameters } = curve;
  const checked = verified(verifier, opening.signed);
  if (!checked.ok) return checked;
  const { t1, t2 } = checked.ciphertext;
  const d = curve.decodeG1(opening.membershipKey);
  if (!d.ok || !records.hasJoined(opening.doctorId, opening.membershipKey)) {
    return { ok: false, reason: 'unregistered' };
  }
  const parts = splitSchnorrProof(opening.proof);
  if (!parts || !isScalar(parameters, parts.response)) return { ok: false, reason: 'proof-format' };
  const c = curve.scalar(challengeScalar(parts.challenge));
  const s = curve.scalar(parts.response);
  const r1 = lib.sub(lib.mul(g1, s), lib.mul(openingPoint, c));
  const r2 = lib.sub(lib.mul(t1, s), lib.mul(lib.sub(t2, d.point), c));
  if (r1.isZero() || r2.isZero()) return { ok: false, reason: 'proof' };
  const commitments = [curve.encodeG1(r1), curve.encodeG1(r2)];
  const input = openingProofInput(openingBinding(verifier, opening), commitments);
  return sameChallenge(input, parts.challenge) ? { ok: true } : { ok: false, reason: 'proof' };
}

/** The whole verification, and the ciphertext of a signature that holds. */
function verified(
  verifier: BbsVerifier,
  signed: SignedStatement,
):
  | { readonly ok: true; readonly ciphertext: BbsCiphertext }
  | { readonly ok: false; readonly reason: GroupSignatureFault } {
  const checked = verifier.checkAll(signed);
  if (!checked.ok) return checked;
  return verifier.equationHolds(checked.points) ? checked : { ok: false, reason: 'equation' };
}
