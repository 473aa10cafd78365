/**
 * PS-G1, the card's side: after Pointcheval and Sanders (CT-RSA 2016) with the commitment in G1, so that
 * the card needs no pairing and no G2. A signature is a commitment that needs no statement and a response
 * that needs one hash and one modular multiplication; a coupon is a commitment made ahead,
 * epoch ‖ s1 ‖ s2 ‖ U ‖ hint ‖ k, without t or k·t.
 */

import {
  bytesToUint,
  challengeScalar,
  concatBytes,
  DOMAIN,
  equalBytes,
  type GroupSuite,
  HINT_BYTES,
  isScalar,
  joinPsSignature,
  psChallengeInput,
  psCredentialProofInput,
  SCALAR_BYTES,
  splitPsCredential,
  splitPsSignature,
  splitSchnorrProof,
  uintToBytes,
} from '../../apdu/index.js';
import type { Coprocessor } from '../runtime/coprocessor.js';
import {
  COUPON_EPOCH_BYTES,
  type CouponResult,
  type CredentialOffer,
  type CredentialResult,
  type GroupMemberKey,
  type GroupScheme,
  type GroupSchemeNeeds,
  type StatementToSign,
} from './group-scheme.js';
import { hedgedNonces, type NonceSource } from './hedged-nonce.js';
import { hmacSha256 } from './hmac.js';
import { schnorrChallenge, schnorrResponse } from './schnorr.js';

/** A challenge of zero, probability 2^-248, makes the card take the next nonce. */
const CHALLENGE_ATTEMPTS = 4;

export const PS_G1: GroupScheme = {
  name: 'ps-g1',
  usesHintKey: true,
  needs,
  acceptCredential,

  /** Three multiplications. */
  sign(coprocessor, suite, key, statement, counter) {
    return coprocessor.hold(needs(suite).signingBytes, () => {
      const nonces = hedgedNonces(coprocessor, suite.curve.order, key.secretKey, counter);
      try {
        for (let attempt = 0; attempt < CHALLENGE_ATTEMPTS; attempt++) {
          const commitment = commit(coprocessor, suite, key, nonces);
          if (!commitment) return undefined;
          const signature = respond(coprocessor, suite, key, commitment, statement);
          if (signature) return signature;
        }
        throw new Error('the coprocessor hashes everything to zero');
      } finally {
        nonces.wipe();
      }
    });
  },

  /** Three multiplications. */
  makeCoupon(coprocessor, suite, key, counter) {
    return coprocessor.hold(needs(suite).signingBytes, () => {
      const nonces = hedgedNonces(coprocessor, suite.curve.order, key.secretKey, counter);
      try {
        const made = commit(coprocessor, suite, key, nonces);
        if (!made) return undefined;
        const { s1, s2, commitment, hint, nonce } = made;
        const epoch = uintToBytes(key.epoch, COUPON_EPOCH_BYTES);
        const coupon = concatBytes(epoch, s1, s2, commitment, hint, nonce);
        nonce.fill(0);
        return coupon;
      } finally {
        nonces.wipe();
      }
    });
  },

  /** One hash and one modular multiplication. */
  spendCoupon(coprocessor, suite, key, coupon, statement): CouponResult {
    try {
      const parts = splitPsSignature(suite, coupon.subarray(COUPON_EPOCH_BYTES));
      if (!parts) return { ok: false, reason: 'length' };
      if (bytesToUint(coupon.subarray(0, COUPON_EPOCH_BYTES)) !== key.epoch) {
        return { ok: false, reason: 'epoch' };
      }
      const { response: nonce, ...made } = parts;
      if (!isScalar(suite.curve, nonce) || nonce.every((byte) => byte === 0)) {
        return { ok: false, reason: 'destroyed' };
      }
      return coprocessor.hold(suite.signatureBytes + 2 * SCALAR_BYTES, () => {
        const signature = respond(coprocessor, suite, key, { ...made, nonce }, statement);
        return signature ? { ok: true, signature } : { ok: false, reason: 'zero-challenge' };
      });
    } finally {
      coupon.fill(0);
    }
  },
};

function needs({ curve, signatureBytes }: GroupSuite): GroupSchemeNeeds {
  return {
    // σ1 ‖ σ2 as affine points: not secret, but never shown
    credentialBytes: 2 * curve.g1AffineBytes,
    couponBytes: COUPON_EPOCH_BYTES + signatureBytes,
    // the signature as it grows, s1 in affine form, the key of the nonces, t, k and c
    signingBytes: signatureBytes + curve.g1AffineBytes + 4 * SCALAR_BYTES,
  };
}

/**
 * The subgroup check is load-bearing: a torsion σ1 would show k modulo its order in every commitment U, and
 * the proof of u alone does not exclude it.
 */
function acceptCredential(
  coprocessor: Coprocessor,
  suite: GroupSuite,
  offer: CredentialOffer,
): CredentialResult {
  const { name } = suite.curve;
  const parts = splitPsCredential(suite, offer.credential);
  if (!parts) return { ok: false, reason: 'length' };
  const sigma1 = coprocessor.g1Decompress(name, parts.sigma1);
  const sigma2 = coprocessor.g1Decompress(name, parts.sigma2);
  if (!sigma1 || !sigma2) return { ok: false, reason: 'encoding' };
  if (!coprocessor.g1InSubgroup(name, sigma1) || !coprocessor.g1InSubgroup(name, sigma2)) {
    return { ok: false, reason: 'subgroup' };
  }
  if (!provesKnowledgeOfU(coprocessor, suite, offer, parts, sigma1)) return { ok: false, reason: 'proof' };
  return { ok: true, credential: concatBytes(sigma1, sigma2) };
}

/** R = z·g − c·σ1 must hash to the challenge. */
function provesKnowledgeOfU(
  coprocessor: Coprocessor,
  { curve }: GroupSuite,
  offer: CredentialOffer,
  parts: { readonly sigma1: Uint8Array; readonly sigma2: Uint8Array; readonly proof: Uint8Array },
  sigma1: Uint8Array,
): boolean {
  const { name, order } = curve;
  const proof = splitSchnorrProof(parts.proof);
  if (!proof || !isScalar(curve, proof.response)) return false;
  const minusC = coprocessor.modSubtract(new Uint8Array(32), challengeScalar(proof.challenge), order);
  const left = coprocessor.g1Multiply(name, curve.g1GeneratorAffine, proof.response);
  const right = coprocessor.g1Multiply(name, sigma1, minusC);
  const sum = left && right && coprocessor.g1Add(name, left, right);
  const commitment = sum && coprocessor.g1Compress(name, sum);
  if (!commitment) return false;
  const input = psCredentialProofInput({ ...offer, ...parts }, commitment);
  return equalBytes(schnorrChallenge(coprocessor, input), proof.challenge);
}

/** A signature up to its response. `nonce` is k: secret, and destroyed before the response is shown. */
type Commitment = Readonly<Record<'s1' | 's2' | 'commitment' | 'hint' | 'nonce', Uint8Array>>;

/** s1 = t·σ1, s2 = t·σ2, U = k·s1, hint; t is erased. `undefined` when a stored point is invalid. */
function commit(
  coprocessor: Coprocessor,
  { curve }: GroupSuite,
  { credential, hintKey }: GroupMemberKey,
  nonces: NonceSource,
): Commitment | undefined {
  const { name, g1AffineBytes } = curve;
  const blinding = nonces.draw(DOMAIN.nonceBlinding);
  const nonce = nonces.draw(DOMAIN.nonceCommitment);
  const encode = (point: Uint8Array | undefined) => point && coprocessor.g1Compress(name, point);
  const point1 = coprocessor.g1Multiply(name, credential.subarray(0, g1AffineBytes), blinding);
  const s1 = encode(point1);
  const s2 = encode(coprocessor.g1Multiply(name, credential.subarray(g1AffineBytes), blinding));
  blinding.fill(0);
  const commitment = encode(point1 && coprocessor.g1Multiply(name, point1, nonce));
  if (!s1 || !s2 || !commitment) {
    nonce.fill(0);
    return undefined;
  }
  const hint = hmacSha256(coprocessor, hintKey, s1).slice(0, HINT_BYTES);
  return { s1, s2, commitment, hint, nonce };
}

/** s = k + c·sk and the whole signature; erases k in every case. `undefined` for c = 0. */
function respond(
  coprocessor: Coprocessor,
  suite: GroupSuite,
  { groupKeyHash, epoch, secretKey }: GroupMemberKey,
  commitment: Commitment,
  { domain, statement }: StatementToSign,
): Uint8Array | undefined {
  const { nonce } = commitment;
  try {
    const input = psChallengeInput({ ...commitment, domain, groupKeyHash, epoch, statement });
    const challenge = schnorrChallenge(coprocessor, input);
    if (challenge.every((byte) => byte === 0)) return undefined;
    const response = schnorrResponse(coprocessor, suite.curve.order, nonce, challenge, secretKey);
    return joinPsSignature(suite, { ...commitment, response });
  } finally {
    nonce.fill(0);
  }
}
