/**
 * BBS with an encrypted identity, the card's side: the pairing-free prover of Camenisch, Drijvers and
 * Lehmann (TRUST 2016) and an ElGamal ciphertext of D under the opening key, in one proof. Nobody but the
 * opening service recognises a signer, not even who has sk. The algebra stands in
 * docs/group-signature-suites.md.
 *
 * Stored credential: A ‖ B ‖ D ‖ Z as affine points, then e; B = γ·A, so that Ā costs one multiplication.
 * Coupon: epoch ‖ A' ‖ Ā ‖ T1 ‖ T2 ‖ hash of the commitments ‖ seed of all secrets in it.
 */

import {
  BBS_P1,
  type BbsSignaturePoints,
  bbsChallengeInput,
  bbsCommitmentInput,
  bbsCredentialProofInput,
  bbsPublicKeyOf,
  bytesToUint,
  challengeScalar,
  concatBytes,
  DOMAIN,
  equalBytes,
  type GroupSuite,
  isScalar,
  joinBbsSignature,
  type PairingCurve,
  SCALAR_BYTES,
  splitBbsCredential,
  splitBbsKeyPoints,
  splitBbsPoints,
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
import { hedgedNonces, seededNonces } from './hedged-nonce.js';
import { schnorrChallenge, schnorrResponse } from './schnorr.js';

/** A challenge of zero, probability 2^-248, makes the card start anew. */
const CHALLENGE_ATTEMPTS = 4;
const HASH_BYTES = 32;
const SEED_BYTES = 32;

export const BBS: GroupScheme = {
  name: 'bbs',
  usesHintKey: false,
  needs,
  acceptCredential,

  /** Nine multiplications. */
  sign(coprocessor, suite, key, statement, counter) {
    return coprocessor.hold(needs(suite).signingBytes, () => {
      const nonces = hedgedNonces(coprocessor, suite.curve.order, key.secretKey, counter);
      try {
        for (let attempt = 0; attempt < CHALLENGE_ATTEMPTS; attempt++) {
          const seed = nonces.seed(DOMAIN.nonceBbsSeed);
          const secrets = drawSecrets(coprocessor, suite, seed);
          seed.fill(0);
          try {
            const made = commit(coprocessor, suite, key, secrets);
            if (!made) return undefined;
            const signature = respond(coprocessor, suite, key, made, secrets, statement);
            if (signature) return signature;
          } finally {
            wipe(secrets);
          }
        }
        throw new Error('the coprocessor hashes everything to zero');
      } finally {
        nonces.wipe();
      }
    });
  },

  /** Nine multiplications. */
  makeCoupon(coprocessor, suite, key, counter) {
    return coprocessor.hold(needs(suite).signingBytes, () => {
      const nonces = hedgedNonces(coprocessor, suite.curve.order, key.secretKey, counter);
      const seed = nonces.seed(DOMAIN.nonceBbsSeed);
      nonces.wipe();
      const secrets = drawSecrets(coprocessor, suite, seed);
      try {
        const made = commit(coprocessor, suite, key, secrets);
        if (!made) return undefined;
        const { a, aBar, t1, t2 } = made.points;
        const epoch = uintToBytes(key.epoch, COUPON_EPOCH_BYTES);
        return concatBytes(epoch, a, aBar, t1, t2, made.commitmentHash, seed);
      } finally {
        wipe(secrets);
        seed.fill(0);
      }
    });
  },

  /** One hash of the statement, the derivation of seven scalars and five modular multiplications. */
  spendCoupon(coprocessor, suite, key, coupon, statement): CouponResult {
    try {
      if (coupon.length !== needs(suite).couponBytes) return { ok: false, reason: 'length' };
      if (bytesToUint(coupon.subarray(0, COUPON_EPOCH_BYTES)) !== key.epoch) {
        return { ok: false, reason: 'epoch' };
      }
      const seedAt = coupon.length - SEED_BYTES;
      const seed = coupon.subarray(seedAt);
      if (seed.every((byte) => byte === 0)) return { ok: false, reason: 'destroyed' };
      const hashAt = seedAt - HASH_BYTES;
      const made = {
        points: splitBbsPoints(suite, coupon.subarray(COUPON_EPOCH_BYTES, hashAt)),
        commitmentHash: coupon.subarray(hashAt, seedAt),
      };
      return coprocessor.hold(suite.signatureBytes + 9 * SCALAR_BYTES, () => {
        const secrets = drawSecrets(coprocessor, suite, seed);
        try {
          const signature = respond(coprocessor, suite, key, made, secrets, statement);
          return signature ? { ok: true, signature } : { ok: false, reason: 'zero-challenge' };
        } finally {
          wipe(secrets);
        }
      });
    } finally {
      coupon.fill(0);
    }
  },
};

function needs(suite: GroupSuite): GroupSchemeNeeds {
  const { g1AffineBytes, g1Bytes } = suite.curve;
  return {
    credentialBytes: 4 * g1AffineBytes + SCALAR_BYTES,
    couponBytes: COUPON_EPOCH_BYTES + 4 * g1Bytes + HASH_BYTES + SEED_BYTES,
    // the signature as it grows, A', Ā and two points under way, three commitments, key of the nonces, six scalars, r
    signingBytes: suite.signatureBytes + 4 * g1AffineBytes + 3 * g1Bytes + 8 * SCALAR_BYTES,
  };
}

/**
 * Load-bearing: the subgroup checks, for torsion in A or Z would show secrets modulo its order; the hash of
 * the group key, or NHI could give every card an opening key of its own; the proof, or NHI could mark a
 * card with a γ of its own, though nobody would take its signatures.
 */
function acceptCredential(
  coprocessor: Coprocessor,
  suite: GroupSuite,
  offer: CredentialOffer,
): CredentialResult {
  const { curve } = suite;
  const { name } = curve;
  const parts = splitBbsCredential(suite, offer.credential);
  if (!parts) return { ok: false, reason: 'length' };
  const groupKeyHash = coprocessor.sha256(bbsPublicKeyOf(suite, parts.keyPoints));
  if (!equalBytes(groupKeyHash, offer.groupKeyHash)) return { ok: false, reason: 'group-key' };
  if (!isScalar(curve, parts.e)) return { ok: false, reason: 'encoding' };
  return coprocessor.hold(needs(suite).credentialBytes + 2 * curve.g1AffineBytes, () => {
    const { v, z } = splitBbsKeyPoints(suite, parts.keyPoints)!;
    const points = [parts.a, v, z, offer.membershipKey].map((it) => coprocessor.g1Decompress(name, it));
    const [a, issuing, opening, member] = points;
    if (!a || !issuing || !opening || !member) return { ok: false, reason: 'encoding' };
    for (const point of [a, issuing, opening]) {
      if (!coprocessor.g1InSubgroup(name, point)) return { ok: false, reason: 'subgroup' };
    }
    const product = coprocessor.g1Multiply(name, a, parts.e);
    const sum = product && coprocessor.g1Add(name, BBS_P1[name].affine, member);
    const b = sum && coprocessor.g1Add(name, sum, negate(coprocessor, curve, product));
    if (!b || !provesOneLogarithm(coprocessor, curve, { ...offer, ...parts }, { a, b, issuing })) {
      return { ok: false, reason: 'proof' };
    }
    return { ok: true, credential: concatBytes(a, b, member, opening, parts.e) };
  });
}

/** R1 = s·g − c·V and R2 = s·A − c·B must hash to the challenge. */
function provesOneLogarithm(
  coprocessor: Coprocessor,
  curve: PairingCurve,
  offer: Omit<CredentialOffer, 'credential'> & Readonly<Record<'a' | 'e' | 'proof', Uint8Array>>,
  points: Readonly<Record<'a' | 'b' | 'issuing', Uint8Array>>,
): boolean {
  const { name, order } = curve;
  const proof = splitSchnorrProof(offer.proof);
  if (!proof || !isScalar(curve, proof.response)) return false;
  const minusC = coprocessor.modSubtract(
    new Uint8Array(SCALAR_BYTES),
    challengeScalar(proof.challenge),
    order,
  );
  const commitment = (base: Uint8Array, power: Uint8Array) =>
    combine(coprocessor, curve, [base, proof.response], [power, minusC]);
  const r1 = commitment(curve.g1GeneratorAffine, points.issuing);
  const r2 = commitment(points.a, points.b);
  if (!r1 || !r2) return false;
  const commitments = [coprocessor.g1Compress(name, r1)!, coprocessor.g1Compress(name, r2)!] as const;
  return equalBytes(
    schnorrChallenge(coprocessor, bbsCredentialProofInput(offer, commitments)),
    proof.challenge,
  );
}

/** ρ = 1/r, τ, and the nonces of ρ, ε, sk and τ: 32 bytes each. */
type Secrets = Readonly<Record<'rho' | 'tau' | 'kRho' | 'kEpsilon' | 'kSk' | 'kTau', Uint8Array>>;

/** The same six for the same seed. */
function drawSecrets(coprocessor: Coprocessor, suite: GroupSuite, seed: Uint8Array): Secrets {
  const nonces = seededNonces(coprocessor, suite.curve.order, seed.slice(), 0);
  const secrets = {
    rho: nonces.draw(DOMAIN.nonceBbsRho),
    tau: nonces.draw(DOMAIN.nonceBbsTau),
    kRho: nonces.draw(DOMAIN.nonceBbsCommitment),
    kEpsilon: nonces.draw(DOMAIN.nonceBbsCommitment),
    kSk: nonces.draw(DOMAIN.nonceBbsCommitment),
    kTau: nonces.draw(DOMAIN.nonceBbsCommitment),
  };
  nonces.wipe();
  return secrets;
}

function wipe(secrets: Secrets): void {
  for (const secret of Object.values(secrets)) secret.fill(0);
}

/** What of a signature needs no statement. Nothing in it is secret. */
type Commitment = { readonly points: BbsSignaturePoints; readonly commitmentHash: Uint8Array };

/** `undefined` when a stored point is invalid, or a sum is the point at infinity (probability 2^-250). */
function commit(
  coprocessor: Coprocessor,
  { curve }: GroupSuite,
  { credential }: GroupMemberKey,
  secrets: Secrets,
): Commitment | undefined {
  const { name, order, g1AffineBytes: n, g1GeneratorAffine: g } = curve;
  const [a, b, d, z] = [0, 1, 2, 3].map((i) => credential.subarray(i * n, (i + 1) * n)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const encode = (point: Uint8Array | undefined) => point && coprocessor.g1Compress(name, point);
  const times = (point: Uint8Array | undefined, scalar: Uint8Array) =>
    point && coprocessor.g1Multiply(name, point, scalar);
  const plus = (p: Uint8Array | undefined, q: Uint8Array | undefined) =>
    p && q && coprocessor.g1Add(name, p, q);

  const r = coprocessor.modInvert(secrets.rho, order)!;
  const aPrime = times(a, r);
  const aBar = times(b, r);
  r.fill(0);
  const t1 = encode(times(g, secrets.tau));
  const t2 = encode(plus(d, times(z, secrets.tau)));
  const k1 = encode(times(g, secrets.kTau));
  const blind = times(g, secrets.kSk);
  const k2 = encode(plus(blind, times(z, secrets.kTau)));
  const proven = plus(times(aBar, secrets.kRho), times(aPrime, secrets.kEpsilon));
  const k3 = encode(plus(proven, blind && negate(coprocessor, curve, blind)));
  const [a1, a2] = [encode(aPrime), encode(aBar)];
  if (!a1 || !a2 || !t1 || !t2 || !k1 || !k2 || !k3) return undefined;
  const points = { a: a1, aBar: a2, t1, t2 };
  return { points, commitmentHash: coprocessor.sha256(bbsCommitmentInput(points, [k1, k2, k3])) };
}

/** The four responses and the whole signature. `undefined` for c = 0. */
function respond(
  coprocessor: Coprocessor,
  suite: GroupSuite,
  { credential, groupKeyHash, epoch, secretKey }: GroupMemberKey,
  { points, commitmentHash }: Commitment,
  secrets: Secrets,
  { domain, statement }: StatementToSign,
): Uint8Array | undefined {
  const { order, g1AffineBytes } = suite.curve;
  const input = bbsChallengeInput({ domain, groupKeyHash, epoch, commitmentHash, statement });
  const challenge = schnorrChallenge(coprocessor, input);
  if (challenge.every((byte) => byte === 0)) return undefined;
  const e = credential.subarray(4 * g1AffineBytes);
  const epsilon = coprocessor.modMultiply(e, secrets.rho, order);
  const response = (nonce: Uint8Array, secret: Uint8Array) =>
    schnorrResponse(coprocessor, order, nonce, challenge, secret);
  const responses = {
    rho: response(secrets.kRho, secrets.rho),
    epsilon: response(secrets.kEpsilon, epsilon),
    sk: response(secrets.kSk, secretKey),
    tau: response(secrets.kTau, secrets.tau),
  };
  epsilon.fill(0);
  return joinBbsSignature(suite, { points, challenge, responses });
}

/** p·P + q·Q. */
function combine(
  coprocessor: Coprocessor,
  { name }: PairingCurve,
  ...terms: readonly (readonly [point: Uint8Array, scalar: Uint8Array])[]
): Uint8Array | undefined {
  const [left, right] = terms.map(([point, scalar]) => coprocessor.g1Multiply(name, point, scalar));
  return left && right && coprocessor.g1Add(name, left, right);
}

/** −P of an affine point: one subtraction in the field. */
function negate(coprocessor: Coprocessor, curve: PairingCurve, point: Uint8Array): Uint8Array {
  const n = curve.g1AffineBytes / 2;
  const y = coprocessor.modSubtract(new Uint8Array(n), point.subarray(n), curve.fieldModulus);
  return concatBytes(point.subarray(0, n), y);
}
