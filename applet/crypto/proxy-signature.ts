/**
 * Two-half Triple Schnorr on P-256, the card's side: proof of possession of a delegation key, both
 * halves of a delegation (eq. 5) and signatures with the proxy key (eq. 18). After Boldyreva, Palacio
 * and Warinschi (J. Cryptology 2012), the halves bound to both commitments.
 */

import {
  challengeScalar,
  type DelegationKeyBinding,
  type DelegationTranscript,
  DOMAIN,
  delegationChallengeInput,
  delegationKeyProofInput,
  joinProxySignature,
  joinSchnorrProof,
  type ProxyTranscript,
  proxyChallengeInput,
} from '../../apdu/index.js';
import { type Coprocessor, P256_ORDER } from '../runtime/coprocessor.js';
import { hedgedNonces } from './hedged-nonce.js';
import { schnorrChallenge, schnorrResponse } from './schnorr.js';

const SCALAR_BYTES = 32;
const POINT_BYTES = 33;
/** RAM that a signature needs beside the coprocessor's: nonce, secret key, response and commitment. */
const SIGNING_BYTES = 3 * SCALAR_BYTES + POINT_BYTES;

/** A secret nonce and its multiple of the base point; the caller wipes the nonce. */
export type Commitment = { readonly nonce: Uint8Array; readonly point: Uint8Array };

/**
 * Draws a nonce for the use that `domain` names.
 * @param counter monotonic, never used before with this key, written by the caller before this call.
 */
export function drawCommitment(
  coprocessor: Coprocessor,
  domain: string,
  secretKey: Uint8Array,
  counter: number,
): Commitment {
  const nonces = hedgedNonces(coprocessor, P256_ORDER, secretKey, counter);
  try {
    const nonce = nonces.draw(domain);
    const point = coprocessor.p256PublicKey(nonce);
    if (!point) throw new Error('the coprocessor refuses a nonce of its own');
    return { nonce, point };
  } finally {
    nonces.wipe();
  }
}

/** Proof of possession of a delegation key, 63 bytes (challenge ‖ response). One multiplication. */
export function proveDelegationKey(
  coprocessor: Coprocessor,
  secretKey: Uint8Array,
  binding: DelegationKeyBinding,
  counter: number,
): Uint8Array {
  return coprocessor.hold(SIGNING_BYTES, () => {
    const { nonce, point } = drawCommitment(coprocessor, DOMAIN.nonceDelegationKeyProof, secretKey, counter);
    const challenge = schnorrChallenge(coprocessor, delegationKeyProofInput(binding, point));
    const response = schnorrResponse(coprocessor, P256_ORDER, nonce, challenge, secretKey);
    nonce.fill(0);
    return joinSchnorrProof({ challenge, response });
  });
}

/** The agent's half (Y_A, s_A) on a transcript that lacks Y_A. One multiplication. */
export function agentHalf(
  coprocessor: Coprocessor,
  secretKey: Uint8Array,
  open: Omit<DelegationTranscript, 'agentCommitment'>,
  counter: number,
): { readonly agentCommitment: Uint8Array; readonly half: Uint8Array } {
  return coprocessor.hold(SIGNING_BYTES, () => {
    const { nonce, point } = drawCommitment(coprocessor, DOMAIN.nonceDelegationAgent, secretKey, counter);
    const input = delegationChallengeInput('agent', { ...open, agentCommitment: point });
    const challenge = schnorrChallenge(coprocessor, input);
    const half = schnorrResponse(coprocessor, P256_ORDER, nonce, challenge, secretKey);
    nonce.fill(0);
    return { agentCommitment: point, half };
  });
}

/** SK_AP, 32 bytes secret, and PK_AP. */
export type ProxyKeyPair = { readonly secretKey: Uint8Array; readonly publicKey: Uint8Array };

/**
 * The patient's half added to the agent's, if that one holds: s_A·G = Y_A + c_A·PK_A. Three
 * multiplications. `undefined` for a half that does not hold, or points and scalars that are none.
 */
export function combineHalves(
  coprocessor: Coprocessor,
  patient: { readonly secretKey: Uint8Array; readonly nonce: Uint8Array },
  transcript: DelegationTranscript,
  half: Uint8Array,
): ProxyKeyPair | undefined {
  return coprocessor.hold(SIGNING_BYTES + POINT_BYTES, () => {
    if (!isAgentHalf(coprocessor, transcript, half)) return undefined;
    const challenge = schnorrChallenge(coprocessor, delegationChallengeInput('patient', transcript));
    const own = schnorrResponse(coprocessor, P256_ORDER, patient.nonce, challenge, patient.secretKey);
    const secretKey = coprocessor.modAdd(own, half, P256_ORDER);
    own.fill(0);
    const publicKey = coprocessor.p256PublicKey(secretKey);
    return publicKey && { secretKey, publicKey };
  });
}

function isAgentHalf(coprocessor: Coprocessor, transcript: DelegationTranscript, half: Uint8Array): boolean {
  const challenge = schnorrChallenge(coprocessor, delegationChallengeInput('agent', transcript));
  const left = coprocessor.p256PublicKey(half);
  const product = coprocessor.p256Multiply(transcript.agentDelegationKey, challengeScalar(challenge));
  const right = product && coprocessor.p256Add(transcript.agentCommitment, product);
  return left !== undefined && right !== undefined && left.every((byte, i) => byte === right[i]);
}

/** A proxy signature R ‖ s (eq. 18). One multiplication. */
export function signAsProxy(
  coprocessor: Coprocessor,
  secretKey: Uint8Array,
  transcript: ProxyTranscript,
  counter: number,
): Uint8Array {
  return coprocessor.hold(SIGNING_BYTES, () => {
    const { nonce, point } = drawCommitment(coprocessor, DOMAIN.nonceProxy, secretKey, counter);
    const challenge = schnorrChallenge(coprocessor, proxyChallengeInput(transcript, point));
    const response = schnorrResponse(coprocessor, P256_ORDER, nonce, challenge, secretKey);
    nonce.fill(0);
    return joinProxySignature({ commitment: point, response });
  });
}
