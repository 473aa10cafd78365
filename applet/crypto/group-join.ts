/** Joining a group, the card's side, the same in every scheme: the membership request (eq. 3). */

import type { GroupSuite, PairingCurve } from '../../apdu/index.js';
import { DOMAIN, joinSchnorrProof, membershipProofInput } from '../../apdu/index.js';
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
  const { curve } = suite;
  const { order } = curve;
  const secretKey = coprocessor.modReduce(coprocessor.random(48), order);
  const membershipKey = encodedMultiple(coprocessor, curve, curve.g1GeneratorAffine, secretKey);
  const nonces = hedgedNonces(coprocessor, order, secretKey, counter);
  const r = nonces.draw(DOMAIN.nonceJoin);
  nonces.wipe();
  try {
    const commitment = encodedMultiple(coprocessor, curve, curve.g1GeneratorAffine, r);
    const binding = { nonce, doctorId, groupKeyHash, membershipKey };
    const challenge = schnorrChallenge(coprocessor, membershipProofInput(binding, commitment));
    const response = schnorrResponse(coprocessor, order, r, challenge, secretKey);
    return { secretKey, membershipKey, proof: joinSchnorrProof({ challenge, response }) };
  } finally {
    r.fill(0);
  }
}

function encodedMultiple(
  coprocessor: Coprocessor,
  curve: PairingCurve,
  point: Uint8Array,
  scalar: Uint8Array,
): Uint8Array {
  const multiple = must(coprocessor.g1Multiply(curve.name, point, scalar));
  return must(coprocessor.g1Compress(curve.name, multiple));
}

/** Results that only a broken engine fails to give. */
function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the coprocessor refuses a value of its own');
  return value;
}
