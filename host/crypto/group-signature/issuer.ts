/**
 * The issuing service of a group: keys of an epoch and credentials on members' keys (eq. 3 and 4). It
 * never learns a member's sk. It does not sign: NHI's signature over a credential is made elsewhere.
 */

import type { Fr, G1 } from 'mcl-wasm';
import {
  challengeOf,
  challengeScalar,
  concatBytes,
  credentialProofInput,
  DOMAIN,
  isScalar,
  joinGroupPublicKey,
  joinSchnorrProof,
  type MembershipBinding,
  membershipProofInput,
  splitSchnorrProof,
} from '../../../apdu/index.js';
import { hedgedScalar, randomScalar } from '../hedged-scalar.js';
import type { Rng } from '../random.js';
import { sha256 } from '../sha256.js';
import { proveGroupKey } from './group-key-proof.js';
import { type PublishedGroupKey, sameChallenge } from './group-verifier.js';
import type { MclCurve, PointFault } from './mcl.js';

/** Secret key of an epoch: two scalars, 32 bytes each. Destroyed when the epoch ends. */
export type IssuerSecretKey = { readonly x: Uint8Array; readonly y: Uint8Array };
export type IssuerKeys = { readonly secretKey: IssuerSecretKey; readonly published: PublishedGroupKey };

/** The keys of a new epoch, with the proof of knowledge of x and y. */
export function generateIssuerKeys(curve: MclCurve, epoch: number, rng: Rng): IssuerKeys {
  const { mcl, suite, g2 } = curve;
  const secretKey = { x: randomScalar(rng, suite.order), y: randomScalar(rng, suite.order) };
  const publicKey = joinGroupPublicKey({
    suite,
    x: curve.encodeG2(mcl.mul(g2, curve.scalar(secretKey.x))),
    y: curve.encodeG2(mcl.mul(g2, curve.scalar(secretKey.y))),
  });
  const witness = (secret: Uint8Array, domain: string) => ({
    secret: curve.scalar(secret),
    nonce: curve.scalar(hedgedScalar(rng, suite.order, { secret, counter: epoch, domain })),
  });
  const proof = proveGroupKey(
    curve,
    sha256(publicKey),
    witness(secretKey.x, DOMAIN.nonceGroupKeyX),
    witness(secretKey.y, DOMAIN.nonceGroupKeyY),
  );
  return { secretKey, published: { epoch, publicKey, proof } };
}

/** What the issuing service remembers; kept by the caller's storage, across epochs. */
export interface IssuingRegister {
  /** Whether D stands in a join record of any epoch. */
  hasMember(membershipKey: Uint8Array): boolean | Promise<boolean>;
  /** Next value of a counter that never repeats. */
  nextCounter(): number | Promise<number>;
  /** Records σ1 = u·g; `false` when it was there: a reused u lets two members mint credentials together. */
  claimSigma1(sigma1: Uint8Array): boolean | Promise<boolean>;
}

/** A membership request; its signature by SK_D and the nonce's freshness are checked by the caller. */
export type CredentialRequest = Omit<MembershipBinding, 'groupKeyHash'> & {
  /** Proof of knowledge of sk, 63 bytes. */
  readonly proof: Uint8Array;
};

export type IssuedCredential = {
  readonly sigma1: Uint8Array;
  readonly sigma2: Uint8Array;
  /** Proof of knowledge of u, 63 bytes, bound to the request's nonce. */
  readonly proof: Uint8Array;
};

export type IssueFault = PointFault | 'proof' | 'known-member' | 'reused-u';
export type IssueResult =
  | { readonly ok: true; readonly credential: IssuedCredential }
  | { readonly ok: false; readonly reason: IssueFault };

/** Issues credentials under one key; the caller stores each answer and repeats it for a repeated request. */
export class GroupIssuer {
  private readonly groupKeyHash: Uint8Array;

  constructor(
    private readonly curve: MclCurve,
    private readonly keys: IssuerKeys,
    private readonly register: IssuingRegister,
    private readonly rng: Rng,
  ) {
    this.groupKeyHash = sha256(keys.published.publicKey);
  }

  /** Checks D and the proof of sk, then signs D blindly with a fresh u. */
  async issue(request: CredentialRequest): Promise<IssueResult> {
    const member = this.curve.decodeG1(request.membershipKey);
    if (!member.ok) return member;
    if (!this.provesKnowledgeOfSk(request, member.point)) return { ok: false, reason: 'proof' };
    if (await this.register.hasMember(request.membershipKey)) return { ok: false, reason: 'known-member' };
    const { mcl, g1 } = this.curve;
    const counter = await this.register.nextCounter();
    const u = this.draw(counter, DOMAIN.nonceCredential);
    const sigma1 = mcl.mul(g1, u);
    if (!(await this.register.claimSigma1(this.curve.encodeG1(sigma1)))) {
      return { ok: false, reason: 'reused-u' };
    }
    const x = this.curve.scalar(this.keys.secretKey.x);
    const y = this.curve.scalar(this.keys.secretKey.y);
    const sigma2 = mcl.add(mcl.mul(sigma1, x), mcl.mul(member.point, mcl.mul(u, y)));
    // σ2 = O for sk = −x/y: nobody finds that sk, and the credential would be refused
    if (sigma2.isZero()) return { ok: false, reason: 'infinity' };
    const points = { sigma1: this.curve.encodeG1(sigma1), sigma2: this.curve.encodeG1(sigma2) };
    const proof = this.proveU(request, points, u, counter);
    return { ok: true, credential: { ...points, proof } };
  }

  /** R = z·g − c·D must hash to the challenge. */
  private provesKnowledgeOfSk(request: CredentialRequest, member: G1): boolean {
    const { curve } = this;
    const { mcl, g1, suite } = curve;
    const proof = splitSchnorrProof(request.proof);
    if (!proof || !isScalar(suite, proof.response)) return false;
    const c = curve.scalar(challengeScalar(proof.challenge));
    const commitment = mcl.sub(mcl.mul(g1, curve.scalar(proof.response)), mcl.mul(member, c));
    if (commitment.isZero()) return false;
    const binding = { ...request, groupKeyHash: this.groupKeyHash };
    return sameChallenge(membershipProofInput(binding, curve.encodeG1(commitment)), proof.challenge);
  }

  private proveU(
    request: CredentialRequest,
    points: Pick<IssuedCredential, 'sigma1' | 'sigma2'>,
    u: Fr,
    counter: number,
  ): Uint8Array {
    const { curve } = this;
    const { mcl, g1 } = curve;
    const k = this.draw(counter, DOMAIN.nonceCredentialProof);
    const { nonce: freshness, membershipKey } = request;
    const binding = { freshness, membershipKey, groupKeyHash: this.groupKeyHash, ...points };
    const commitment = curve.encodeG1(mcl.mul(g1, k));
    const challenge = challengeOf(sha256(credentialProofInput(binding, commitment)));
    const response = mcl.add(k, mcl.mul(curve.scalar(challengeScalar(challenge)), u));
    return joinSchnorrProof({ challenge, response: curve.encodeScalar(response) });
  }

  private draw(counter: number, domain: string): Fr {
    const { x, y } = this.keys.secretKey;
    const inputs = { secret: concatBytes(x, y), counter, domain };
    return this.curve.scalar(hedgedScalar(this.rng, this.curve.suite.order, inputs));
  }
}
