/**
 * Two-half Triple Schnorr on P-256 (eq. 5, 18, 19): what its challenges hash, and the wire format of a
 * proxy signature, R ‖ s. Points are compressed, 33 bytes; scalars have 32 bytes.
 */

import { concatBytes } from '../bytes.js';
import { DOMAIN } from './domain.js';
import { hashInput } from './transcript.js';

const POINT_BYTES = 33;

/** Length of a proxy signature: commitment R (33 bytes) and response s (32 bytes). */
export const PROXY_SIGNATURE_BYTES = POINT_BYTES + 32;

export type ProxySignature = { readonly commitment: Uint8Array; readonly response: Uint8Array };

export function joinProxySignature({ commitment, response }: ProxySignature): Uint8Array {
  return concatBytes(commitment, response);
}

/** Commitment and response as views, or `undefined` for a wrong length. */
export function splitProxySignature(signature: Uint8Array): ProxySignature | undefined {
  if (signature.length !== PROXY_SIGNATURE_BYTES) return undefined;
  return { commitment: signature.subarray(0, POINT_BYTES), response: signature.subarray(POINT_BYTES) };
}

/** What both halves of a delegation hash. */
export type DelegationTranscript = {
  /** PK_P and PK_A: the delegation keys of patient and agent. */
  readonly delegationKey: Uint8Array;
  readonly agentDelegationKey: Uint8Array;
  /** W, canonical. */
  readonly warrant: Uint8Array;
  /** Y_P and Y_A. */
  readonly patientCommitment: Uint8Array;
  readonly agentCommitment: Uint8Array;
};

/**
 * Challenge input of one half. Both halves cover both commitments: if the patient's half left out Y_A,
 * the agent alone could take Y_A = ρ·G − Y_P − c_P·PK_P and forge the patient's consent.
 */
export function delegationChallengeInput(
  half: 'patient' | 'agent',
  transcript: DelegationTranscript,
): Uint8Array {
  const domain = half === 'patient' ? DOMAIN.delegationPatient : DOMAIN.delegationAgent;
  const { delegationKey, agentDelegationKey, warrant, patientCommitment, agentCommitment } = transcript;
  return hashInput(domain, [delegationKey, agentDelegationKey, warrant, patientCommitment, agentCommitment]);
}

/** What the proof of possession of a delegation key is bound to. */
export type DelegationKeyBinding = {
  /** NHI's single-use nonce of the registration. */
  readonly nonce: Uint8Array;
  /** PK_P of ordinary signatures: the card that proves. */
  readonly signingKey: Uint8Array;
  readonly delegationKey: Uint8Array;
};

/** Challenge input of that proof (wire format: {@link joinSchnorrProof}). */
export function delegationKeyProofInput(binding: DelegationKeyBinding, commitment: Uint8Array): Uint8Array {
  const { nonce, signingKey, delegationKey } = binding;
  return hashInput(DOMAIN.delegationKeyProof, [nonce, signingKey, delegationKey, commitment]);
}

/** What a proxy signature is made on. */
export type ProxyTranscript = {
  /** Domain tag of the statement. */
  readonly domain: string;
  /** PK_AP. */
  readonly proxyKey: Uint8Array;
  /** SHA-256 of W. */
  readonly warrantHash: Uint8Array;
  /** Canonical fields. */
  readonly statement: Uint8Array;
};

/** Challenge input of a proxy signature; without a commitment it identifies the request to sign. */
export function proxyChallengeInput(transcript: ProxyTranscript, commitment?: Uint8Array): Uint8Array {
  const { domain, proxyKey, warrantHash, statement } = transcript;
  const made = commitment ? [commitment] : [];
  return hashInput(domain, [proxyKey, warrantHash, ...made, statement]);
}
