/**
 * BBS, the issuing service: keys of an epoch and credentials A = (P1 + D)/(γ + e) on members' keys. It does
 * not sign: NHI's signature over a credential is made elsewhere.
 */

import {
  BBS_P1,
  bbsCredentialProofInput,
  bbsPublicKeyOf,
  challengeOf,
  challengeScalar,
  concatBytes,
  DOMAIN,
  groupSuiteOf,
  joinBbsCredential,
  joinSchnorrProof,
} from '../../../../apdu/index.js';
import { hedgedScalar, randomScalar } from '../../hedged-scalar.js';
import type { Rng } from '../../random.js';
import { sha256 } from '../../sha256.js';
import {
  type CertificationRequest,
  type CredentialRequest,
  type GroupIssuer,
  type IssueResult,
  type IssuerKeys,
  type IssuingRegister,
  provesKnowledgeOfSk,
} from '../group-issuer.js';
import type { Fr, G1, HostCurve } from '../host-curve.js';
import { proveBbsKey } from './key-proof.js';

/** The keys of a new epoch: γ of the issuing service, z of the opening service, with proofs of both. */
export function generateBbsKeys(curve: HostCurve, epoch: number, rng: Rng): IssuerKeys {
  const { lib, parameters, g1, g2 } = curve;
  const { order } = parameters;
  const [issuing, opening] = [randomScalar(rng, order), randomScalar(rng, order)];
  const gamma = curve.scalar(issuing);
  const points = concatBytes(
    curve.encodeG2(lib.mul(g2, gamma)),
    curve.encodeG1(lib.mul(g1, gamma)),
    curve.encodeG1(lib.mul(g1, curve.scalar(opening))),
  );
  const publicKey = bbsPublicKeyOf(groupSuiteOf('bbs', parameters.name), points);
  const witness = (secret: Uint8Array, domain: string) => ({
    secret: curve.scalar(secret),
    nonce: curve.scalar(hedgedScalar(rng, order, { secret, counter: epoch, domain })),
  });
  const proof = proveBbsKey(curve, sha256(publicKey), {
    issuing: witness(issuing, DOMAIN.nonceBbsIssuingKey),
    opening: witness(opening, DOMAIN.nonceBbsOpeningKey),
  });
  return { secretKey: issuing, openingKey: opening, published: { epoch, publicKey, proof } };
}

/** Issues under one key; e is what must never repeat. */
export class BbsIssuer implements GroupIssuer {
  private readonly groupKeyHash: Uint8Array;
  private readonly p1: G1;

  constructor(
    private readonly curve: HostCurve,
    private readonly keys: IssuerKeys,
    private readonly register: IssuingRegister,
    private readonly rng: Rng,
  ) {
    this.groupKeyHash = sha256(keys.published.publicKey);
    this.p1 = fixedPoint(curve);
  }

  async issue(request: CredentialRequest): Promise<IssueResult> {
    const { curve, groupKeyHash } = this;
    const member = curve.decodeG1(request.membershipKey);
    if (!member.ok) return member;
    if (!provesKnowledgeOfSk(curve, groupKeyHash, request, member.point))
      return { ok: false, reason: 'proof' };
    if (await this.register.hasMember(request.membershipKey)) return { ok: false, reason: 'known-member' };
    return this.certify({ membershipKey: request.membershipKey, freshness: request.nonce });
  }

  async certify(request: CertificationRequest): Promise<IssueResult> {
    const { curve } = this;
    const { lib } = curve;
    const member = curve.decodeG1(request.membershipKey);
    if (!member.ok) return member;
    const counter = await this.register.nextCounter();
    const e = this.draw(counter, DOMAIN.nonceCredential);
    if (!(await this.register.claimUnique(curve.encodeScalar(e)))) {
      return { ok: false, reason: 'reused-randomness' };
    }
    const gamma = curve.scalar(this.keys.secretKey);
    const sum = lib.add(gamma, e);
    const c = lib.add(this.p1, member.point);
    // D = −P1 or e = −γ: nobody finds either
    if (sum.isZero() || c.isZero()) return { ok: false, reason: 'infinity' };
    const a = lib.mul(c, lib.inv(sum));
    const proof = this.proveOneLogarithm(request, { a, e, gamma }, counter);
    const { g2Bytes } = curve.parameters;
    const keyPoints = this.keys.published.publicKey.subarray(1 + g2Bytes);
    const credential = joinBbsCredential({
      a: curve.encodeG1(a),
      e: curve.encodeScalar(e),
      proof,
      keyPoints,
    });
    return { ok: true, credential };
  }

  /** log_A(B) = log_g(V) = γ, with the commitments k·g and k·A. */
  private proveOneLogarithm(
    { freshness, membershipKey }: CertificationRequest,
    { a, e, gamma }: { readonly a: G1; readonly e: Fr; readonly gamma: Fr },
    counter: number,
  ): Uint8Array {
    const { curve, groupKeyHash } = this;
    const { lib, g1 } = curve;
    const k = this.draw(counter, DOMAIN.nonceCredentialProof);
    const encoded = { a: curve.encodeG1(a), e: curve.encodeScalar(e) };
    const commitments = [curve.encodeG1(lib.mul(g1, k)), curve.encodeG1(lib.mul(a, k))] as const;
    const binding = { freshness, membershipKey, groupKeyHash, ...encoded };
    const challenge = challengeOf(sha256(bbsCredentialProofInput(binding, commitments)));
    const response = lib.add(k, lib.mul(curve.scalar(challengeScalar(challenge)), gamma));
    return joinSchnorrProof({ challenge, response: curve.encodeScalar(response) });
  }

  private draw(counter: number, domain: string): Fr {
    const inputs = { secret: this.keys.secretKey, counter, domain };
    return this.curve.scalar(hedgedScalar(this.rng, this.curve.parameters.order, inputs));
  }
}

/** P1 of the loaded curve. */
export function fixedPoint(curve: HostCurve): G1 {
  const decoded = curve.decodeG1(BBS_P1[curve.parameters.name].encoded);
  if (!decoded.ok) throw new Error(`P1 is no valid point: ${decoded.reason}`);
  return decoded.point;
}
