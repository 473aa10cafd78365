/**
 * Joining a group, the card's side: the membership request (eq. 3) and the acceptance of a credential
 * (eq. 4). After Pointcheval and Sanders (CT-RSA 2016), commitment in G1.
 */

import type { GroupSuite } from '../../apdu/index.js';
import {
  challengeScalar,
  credentialProofInput,
  DOMAIN,
  equalBytes,
  isScalar,
  joinSchnorrProof,
  membershipProofInput,
  splitSchnorrProof,
} from '../../apdu/index.js';
import type { Coprocessor } from '../runtime/coprocessor.js';
import { hedgedNonces } from './hedged-nonce.js';
import { schnorrChallenge, schnorrResponse } from './schnorr.js';

export type MembershipRequestInputs = {
  /** Single-use nonce of the issuing service. */
  readonly nonce: Uint8Array;
  /** ID_D, UTF-8. */
  readonly doctorId: Uint8Array;
  /** SHA-256 of the group public key. */
  readonly groupKeyHash: Uint8Array;
  /** Monotonic counter of the card. */
  readonly counter: number;
};

export type MembershipRequest = {
  /** sk, 32 bytes: stays in the card. */
  readonly secretKey: Uint8Array;
  /** D = sk·g, encoded. */
  readonly membershipKey: Uint8Array;
  /** Proof of knowledge of sk, 63 bytes. */
  readonly proof: Uint8Array;
};

/** Draws sk and proves knowledge of it. SK_D signs the result elsewhere. Two multiplications. */
export function requestMembership(
  coprocessor: Coprocessor,
  suite: GroupSuite,
  { nonce, doctorId, groupKeyHash, counter }: MembershipRequestInputs,
): MembershipRequest {
  const { order } = suite;
  const secretKey = coprocessor.modReduce(coprocessor.random(48), order);
  const membershipKey = encodedMultiple(coprocessor, suite, suite.g1GeneratorAffine, secretKey);
  const nonces = hedgedNonces(coprocessor, order, secretKey, counter);
  const r = nonces.draw(DOMAIN.nonceJoin);
  nonces.wipe();
  try {
    const commitment = encodedMultiple(coprocessor, suite, suite.g1GeneratorAffine, r);
    const binding = { nonce, doctorId, groupKeyHash, membershipKey };
    const challenge = schnorrChallenge(coprocessor, membershipProofInput(binding, commitment));
    const response = schnorrResponse(coprocessor, order, r, challenge, secretKey);
    return { secretKey, membershipKey, proof: joinSchnorrProof({ challenge, response }) };
  } finally {
    r.fill(0);
  }
}

export type CredentialOffer = {
  /** Nonce of the join, or the epoch (4 bytes) of a re-issue. */
  readonly freshness: Uint8Array;
  readonly groupKeyHash: Uint8Array;
  /** The card's own D, encoded. */
  readonly membershipKey: Uint8Array;
  readonly sigma1: Uint8Array;
  readonly sigma2: Uint8Array;
  /** Proof of knowledge of u, 63 bytes. */
  readonly proof: Uint8Array;
};

/** The credential in the form the card computes with: affine points, not secret but never shown. */
export type AcceptedCredential = { readonly sigma1: Uint8Array; readonly sigma2: Uint8Array };

export type CredentialRefusal = 'encoding' | 'subgroup' | 'proof';
export type CredentialResult =
  | { readonly ok: true; readonly credential: AcceptedCredential }
  | { readonly ok: false; readonly reason: CredentialRefusal };

/**
 * Every check before a credential is stored, but NHI's signature over it. The subgroup check is load-bearing:
 * a torsion σ1 would show k modulo its order in every commitment U, and the proof of u alone does not exclude it.
 */
export function acceptCredential(
  coprocessor: Coprocessor,
  suite: GroupSuite,
  offer: CredentialOffer,
): CredentialResult {
  const { name } = suite;
  const sigma1 = coprocessor.g1Decompress(name, offer.sigma1);
  const sigma2 = coprocessor.g1Decompress(name, offer.sigma2);
  if (!sigma1 || !sigma2) return { ok: false, reason: 'encoding' };
  if (!coprocessor.g1InSubgroup(name, sigma1) || !coprocessor.g1InSubgroup(name, sigma2)) {
    return { ok: false, reason: 'subgroup' };
  }
  if (!provesKnowledgeOfU(coprocessor, suite, offer, sigma1)) return { ok: false, reason: 'proof' };
  return { ok: true, credential: { sigma1, sigma2 } };
}

/** R = z·g − c·σ1 must hash to the challenge. */
function provesKnowledgeOfU(
  coprocessor: Coprocessor,
  suite: GroupSuite,
  offer: CredentialOffer,
  sigma1: Uint8Array,
): boolean {
  const { name, order } = suite;
  const proof = splitSchnorrProof(offer.proof);
  if (!proof || !isScalar(suite, proof.response)) return false;
  const minusC = coprocessor.modSubtract(new Uint8Array(32), challengeScalar(proof.challenge), order);
  const left = coprocessor.g1Multiply(name, suite.g1GeneratorAffine, proof.response);
  const right = coprocessor.g1Multiply(name, sigma1, minusC);
  const sum = left && right && coprocessor.g1Add(name, left, right);
  const commitment = sum && coprocessor.g1Compress(name, sum);
  if (!commitment) return false;
  return equalBytes(schnorrChallenge(coprocessor, credentialProofInput(offer, commitment)), proof.challenge);
}

function encodedMultiple(
  coprocessor: Coprocessor,
  suite: GroupSuite,
  point: Uint8Array,
  scalar: Uint8Array,
): Uint8Array {
  const multiple = must(coprocessor.g1Multiply(suite.name, point, scalar));
  return must(coprocessor.g1Compress(suite.name, multiple));
}

/** Results that only a broken engine fails to give. */
function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the coprocessor refuses a value of its own');
  return value;
}
