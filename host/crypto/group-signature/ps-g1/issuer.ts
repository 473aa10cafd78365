/**
 * PS-G1, the issuing service: keys of an epoch and credentials on members' keys (eq. 3 and 4). It does not
 * sign: NHI's signature over a credential is made elsewhere.
 */

import {
  challengeOf,
  challengeScalar,
  concatBytes,
  DOMAIN,
  groupSuiteOf,
  joinPsCredential,
  joinPsPublicKey,
  joinSchnorrProof,
  psCredentialProofInput,
  SCALAR_BYTES,
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
import type { Fr, HostCurve } from '../host-curve.js';
import { proveGroupKey } from './group-key-proof.js';
import { HINT_MASTER_KEY_BYTES } from './hint-key.js';

/** Secret key of an epoch: x ‖ y, 32 bytes each. */
function splitSecretKey(curve: HostCurve, secretKey: Uint8Array): { readonly x: Fr; readonly y: Fr } {
  return {
    x: curve.scalar(secretKey.subarray(0, SCALAR_BYTES)),
    y: curve.scalar(secretKey.subarray(SCALAR_BYTES)),
  };
}

/** The keys of a new epoch, with the proof of knowledge of x and y; the opening key is MK_hint. */
export function generatePsKeys(curve: HostCurve, epoch: number, rng: Rng): IssuerKeys {
  const { lib, parameters, g2 } = curve;
  const { order } = parameters;
  const [x, y] = [randomScalar(rng, order), randomScalar(rng, order)];
  const publicKey = joinPsPublicKey({
    suite: groupSuiteOf('ps-g1', parameters.name),
    x: curve.encodeG2(lib.mul(g2, curve.scalar(x))),
    y: curve.encodeG2(lib.mul(g2, curve.scalar(y))),
  });
  const witness = (secret: Uint8Array, domain: string) => ({
    secret: curve.scalar(secret),
    nonce: curve.scalar(hedgedScalar(rng, order, { secret, counter: epoch, domain })),
  });
  const proof = proveGroupKey(
    curve,
    sha256(publicKey),
    witness(x, DOMAIN.nonceGroupKeyX),
    witness(y, DOMAIN.nonceGroupKeyY),
  );
  return {
    secretKey: concatBytes(x, y),
    openingKey: rng.bytes(HINT_MASTER_KEY_BYTES),
    published: { epoch, publicKey, proof },
  };
}

/** σ1 = u·g, σ2 = x·σ1 + (u·y)·D with a proof of knowledge of u. */
export class PsIssuer implements GroupIssuer {
  private readonly groupKeyHash: Uint8Array;

  constructor(
    private readonly curve: HostCurve,
    private readonly keys: IssuerKeys,
    private readonly register: IssuingRegister,
    private readonly rng: Rng,
  ) {
    this.groupKeyHash = sha256(keys.published.publicKey);
  }

  async issue(request: CredentialRequest): Promise<IssueResult> {
    const member = this.curve.decodeG1(request.membershipKey);
    if (!member.ok) return member;
    const { groupKeyHash } = this;
    if (!provesKnowledgeOfSk(this.curve, groupKeyHash, request, member.point))
      return { ok: false, reason: 'proof' };
    if (await this.register.hasMember(request.membershipKey)) return { ok: false, reason: 'known-member' };
    return this.certify({ membershipKey: request.membershipKey, freshness: request.nonce });
  }

  async certify(request: CertificationRequest): Promise<IssueResult> {
    const member = this.curve.decodeG1(request.membershipKey);
    if (!member.ok) return member;
    const { lib, g1 } = this.curve;
    const counter = await this.register.nextCounter();
    const u = this.draw(counter, DOMAIN.nonceCredential);
    const sigma1 = lib.mul(g1, u);
    if (!(await this.register.claimUnique(this.curve.encodeG1(sigma1)))) {
      return { ok: false, reason: 'reused-randomness' };
    }
    const { x, y } = splitSecretKey(this.curve, this.keys.secretKey);
    const sigma2 = lib.add(lib.mul(sigma1, x), lib.mul(member.point, lib.mul(u, y)));
    // σ2 = O for sk = −x/y: nobody finds that sk, and the credential would be refused
    if (sigma2.isZero()) return { ok: false, reason: 'infinity' };
    const points = { sigma1: this.curve.encodeG1(sigma1), sigma2: this.curve.encodeG1(sigma2) };
    const proof = this.proveU(request, points, u, counter);
    return { ok: true, credential: joinPsCredential({ ...points, proof }) };
  }

  private proveU(
    { membershipKey, freshness }: CertificationRequest,
    points: { readonly sigma1: Uint8Array; readonly sigma2: Uint8Array },
    u: Fr,
    counter: number,
  ): Uint8Array {
    const { curve } = this;
    const { lib, g1 } = curve;
    const k = this.draw(counter, DOMAIN.nonceCredentialProof);
    const binding = { freshness, membershipKey, groupKeyHash: this.groupKeyHash, ...points };
    const commitment = curve.encodeG1(lib.mul(g1, k));
    const challenge = challengeOf(sha256(psCredentialProofInput(binding, commitment)));
    const response = lib.add(k, lib.mul(curve.scalar(challengeScalar(challenge)), u));
    return joinSchnorrProof({ challenge, response: curve.encodeScalar(response) });
  }

  private draw(counter: number, domain: string): Fr {
    const inputs = { secret: this.keys.secretKey, counter, domain };
    return this.curve.scalar(hedgedScalar(this.rng, this.curve.parameters.order, inputs));
  }
}
