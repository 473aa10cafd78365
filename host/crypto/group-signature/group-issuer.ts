/** The issuing service of a group, whatever the scheme (eq. 3 and 4). It never learns a member's sk. */

import {
  challengeScalar,
  isScalar,
  type MembershipBinding,
  membershipProofInput,
  splitSchnorrProof,
} from '../../../apdu/index.js';
import { type PublishedGroupKey, sameChallenge } from './group-verifier.js';
import type { G1, HostCurve, PointFault } from './host-curve.js';

/** The keys of an epoch. Two services hold the two secrets; both are destroyed when the epoch ends. */
export type IssuerKeys = {
  /** Of the issuing service, as the scheme writes it: whoever has it can make members. */
  readonly secretKey: Uint8Array;
  /** Of the opening service, 32 bytes. */
  readonly openingKey: Uint8Array;
  readonly published: PublishedGroupKey;
};

/** What the issuing service remembers; kept by the caller's storage, across epochs. */
export interface IssuingRegister {
  /** Whether D stands in a join record of any epoch. */
  hasMember(membershipKey: Uint8Array): boolean | Promise<boolean>;
  /** Next value of a counter that never repeats. */
  nextCounter(): number | Promise<number>;
  /**
   * Records the random part of a credential, as the scheme writes it; `false` when it was there: two members
   * with the same one mint credentials together.
   */
  claimUnique(value: Uint8Array): boolean | Promise<boolean>;
}

/** A membership request; its signature by SK_D and the nonce's freshness are checked by the caller. */
export type CredentialRequest = Omit<MembershipBinding, 'groupKeyHash'> & {
  /** Proof of knowledge of sk, 63 bytes. */
  readonly proof: Uint8Array;
};

/** A D for which nothing more is to be proven: of a join before, or of a key that NHI made. */
export type CertificationRequest = {
  readonly membershipKey: Uint8Array;
  /** What the issuer's proof is bound to: the nonce of the join, or the epoch (4 bytes) of a re-issue. */
  readonly freshness: Uint8Array;
};

export type IssueFault = PointFault | 'proof' | 'known-member' | 'reused-randomness';
export type IssueResult =
  /** As the suite encodes it on the wire; its proof is bound to the request's nonce. */
  | { readonly ok: true; readonly credential: Uint8Array }
  | { readonly ok: false; readonly reason: IssueFault };

/** Issues credentials under one key; the caller stores each answer and repeats it for a repeated request. */
export interface GroupIssuer {
  /** Checks D and the proof of sk, then signs D blindly with fresh randomness. */
  issue(request: CredentialRequest): Promise<IssueResult>;
  /** Signs D with fresh randomness and asks for no proof: a re-issue, or a key that the issuer's own side made. */
  certify(request: CertificationRequest): Promise<IssueResult>;
}

/** Whether the request proves knowledge of sk for the (valid) point D: R = z·g − c·D must hash to the challenge. */
export function provesKnowledgeOfSk(
  curve: HostCurve,
  groupKeyHash: Uint8Array,
  request: CredentialRequest,
  member: G1,
): boolean {
  const { lib, g1, parameters } = curve;
  const proof = splitSchnorrProof(request.proof);
  if (!proof || !isScalar(parameters, proof.response)) return false;
  const c = curve.scalar(challengeScalar(proof.challenge));
  const commitment = lib.sub(lib.mul(g1, curve.scalar(proof.response)), lib.mul(member, c));
  if (commitment.isZero()) return false;
  const binding = { ...request, groupKeyHash };
  return sameChallenge(membershipProofInput(binding, curve.encodeG1(commitment)), proof.challenge);
}
