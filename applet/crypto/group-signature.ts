/**
 * PS-G1 group signature, the card's side: no pairing, no G2. Split into a commitment that needs no
 * statement and a response that needs one hash and one modular multiplication, so that commitments can
 * be made ahead.
 */

import type { GroupSuite } from '../../apdu/index.js';
import {
  DOMAIN,
  groupChallengeInput,
  HINT_BYTES,
  joinGroupSignature,
  SCALAR_BYTES,
} from '../../apdu/index.js';
import type { Coprocessor } from '../runtime/coprocessor.js';
import { hedgedNonces, type NonceSource } from './hedged-nonce.js';
import { hmacSha256 } from './hmac.js';
import { schnorrChallenge, schnorrResponse } from './schnorr.js';

/** What a member's card holds in one epoch. */
export type GroupMemberKey = {
  /** sk, 32 bytes. */
  readonly secretKey: Uint8Array;
  /** Credential as affine points, as {@link acceptCredential} gave them. */
  readonly sigma1: Uint8Array;
  readonly sigma2: Uint8Array;
  /** K_i, 32 bytes. */
  readonly hintKey: Uint8Array;
  /** SHA-256 of the group public key. */
  readonly groupKeyHash: Uint8Array;
  readonly epoch: number;
};

/** A signature up to its response. `nonce` is k: secret, and destroyed before the response is shown. */
export type GroupCommitment = {
  readonly s1: Uint8Array;
  readonly s2: Uint8Array;
  readonly commitment: Uint8Array;
  readonly hint: Uint8Array;
  readonly nonce: Uint8Array;
};

export type StatementToSign = {
  /** Domain tag of the statement, such as `IMIS-v1/gs/eq7`. */
  readonly domain: string;
  /** Canonical TLV of the statement's fields, built by the card. */
  readonly statement: Uint8Array;
};

/** A challenge of zero, probability 2^-248, makes the card take the next nonce. */
const CHALLENGE_ATTEMPTS = 4;

/**
 * Signs a statement. `undefined` when the stored key is no valid key. Three multiplications.
 * @param counter monotonic, never used before with this key, written by the caller before this call.
 */
export function signGroup(
  coprocessor: Coprocessor,
  suite: GroupSuite,
  key: GroupMemberKey,
  statement: StatementToSign,
  counter: number,
): Uint8Array | undefined {
  return coprocessor.hold(signingBytes(suite), () => {
    const nonces = hedgedNonces(coprocessor, suite.order, key.secretKey, counter);
    try {
      for (let attempt = 0; attempt < CHALLENGE_ATTEMPTS; attempt++) {
        const commitment = commitGroup(coprocessor, suite, key, nonces);
        if (!commitment) return undefined;
        const signature = respondGroup(coprocessor, suite, key, commitment, statement);
        if (signature) return signature;
      }
      throw new Error('the coprocessor hashes everything to zero');
    } finally {
      nonces.wipe();
    }
  });
}

/** RAM of a signature: the signature as it grows, s1 in affine form, the key of the nonces, t, k and c. */
export function signingBytes(suite: GroupSuite): number {
  return suite.signatureBytes + suite.g1AffineBytes + 4 * SCALAR_BYTES;
}

/** s1 = t·σ1, s2 = t·σ2, U = k·s1, hint; t is erased. `undefined` when a stored point is invalid. */
export function commitGroup(
  coprocessor: Coprocessor,
  suite: GroupSuite,
  key: GroupMemberKey,
  nonces: NonceSource,
): GroupCommitment | undefined {
  const { name } = suite;
  const blinding = nonces.draw(DOMAIN.nonceBlinding);
  const nonce = nonces.draw(DOMAIN.nonceCommitment);
  const encode = (point: Uint8Array | undefined) => point && coprocessor.g1Compress(name, point);
  const point1 = coprocessor.g1Multiply(name, key.sigma1, blinding);
  const s1 = encode(point1);
  const s2 = encode(coprocessor.g1Multiply(name, key.sigma2, blinding));
  blinding.fill(0);
  const commitment = encode(point1 && coprocessor.g1Multiply(name, point1, nonce));
  if (!s1 || !s2 || !commitment) {
    nonce.fill(0);
    return undefined;
  }
  const hint = hmacSha256(coprocessor, key.hintKey, s1).slice(0, HINT_BYTES);
  return { s1, s2, commitment, hint, nonce };
}

/** s = k + c·sk and the whole signature; erases k in every case. `undefined` for c = 0. */
export function respondGroup(
  coprocessor: Coprocessor,
  suite: GroupSuite,
  key: GroupMemberKey,
  commitment: GroupCommitment,
  { domain, statement }: StatementToSign,
): Uint8Array | undefined {
  const { groupKeyHash, epoch, secretKey } = key;
  const { nonce } = commitment;
  try {
    const input = groupChallengeInput({ ...commitment, domain, groupKeyHash, epoch, statement });
    const challenge = schnorrChallenge(coprocessor, input);
    if (challenge.every((byte) => byte === 0)) return undefined;
    const response = schnorrResponse(coprocessor, suite.order, nonce, challenge, secretKey);
    return joinGroupSignature(suite, { ...commitment, response });
  } finally {
    nonce.fill(0);
  }
}
