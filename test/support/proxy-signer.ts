/**
 * Two-half Triple Schnorr with @noble/curves and big integers: everything that a card does, and what no
 * card would. For tests and test vectors; the nonces are the caller's.
 */

import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import {
  type DelegationKeyBinding,
  type DelegationTranscript,
  delegationChallengeInput,
  delegationKeyProofInput,
  type ProxyTranscript,
  proxyChallengeInput,
} from '../../apdu/index.js';

export const P256 = p256.Point;
export const ORDER = P256.Fn.ORDER;
export type P256Point = InstanceType<typeof P256>;

/** Whoever gives random bytes. */
type Random = { bytes(length: number): Uint8Array };

export function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** 32 bytes, the number reduced by the order. */
export function toScalar(value: bigint): Uint8Array {
  const reduced = ((value % ORDER) + ORDER) % ORDER;
  return new Uint8Array(Buffer.from(reduced.toString(16).padStart(64, '0'), 'hex'));
}

export function point(bytes: Uint8Array): P256Point {
  return P256.fromBytes(bytes);
}

/** k·G, compressed. */
export function publicOf(scalar: bigint): Uint8Array {
  return P256.BASE.multiply(scalar).toBytes(true);
}

export function drawScalar(random: Random): bigint {
  return (toNumber(random.bytes(48)) % (ORDER - 1n)) + 1n;
}

/** First 31 bytes of SHA-256, as a number. */
export function challengeNumber(input: Uint8Array): bigint {
  return toNumber(sha256(input).subarray(0, 31));
}

/** Challenge ‖ response. */
export function proveDelegationKey(
  secretKey: Uint8Array,
  binding: DelegationKeyBinding,
  random: Random,
): Uint8Array {
  const nonce = drawScalar(random);
  const challenge = challengeNumber(delegationKeyProofInput(binding, publicOf(nonce)));
  const response = toScalar(nonce + challenge * toNumber(secretKey));
  return Uint8Array.from([...toScalar(challenge).subarray(1), ...response]);
}

/** s = y + c·x of one half. */
export function halfOf(
  half: 'patient' | 'agent',
  secretKey: bigint,
  nonce: bigint,
  transcript: DelegationTranscript,
): bigint {
  return (nonce + challengeNumber(delegationChallengeInput(half, transcript)) * secretKey) % ORDER;
}

/** R ‖ s under any secret key. */
export function signAsProxy(secretKey: bigint, nonce: bigint, transcript: ProxyTranscript): Uint8Array {
  const commitment = publicOf(nonce);
  const challenge = challengeNumber(proxyChallengeInput(transcript, commitment));
  return Uint8Array.from([...commitment, ...toScalar(nonce + challenge * secretKey)]);
}
