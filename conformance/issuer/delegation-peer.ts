/**
 * The other card of a delegation in software (eq. 5), and what anybody checks of its result (eq. 18, 19):
 * an implementation of its own on big integers.
 */

import {
  type DelegationKeyBinding,
  type DelegationTranscript,
  decodePatientCertificate,
  delegationChallengeInput,
  delegationKeyProofInput,
  encodeTemplate,
  equalBytes,
  type PatientCertificate,
  type ProxyTranscript,
  proxyChallengeInput,
  splitProxySignature,
  splitSchnorrProof,
  WARRANT,
  type Warrant,
} from '../../apdu/index.js';
import { fromBytes, makeKeys, type P256Keys, sha256, toBytes } from './p256.js';
import { add, BASE, multiply, ORDER, type Point, readPoint, writePoint } from './p256-point.js';
import { TestIssuer } from './test-issuer.js';

/** Somebody else with a card of their own, whom NHI knows. */
export class OtherHolder {
  readonly delegation: P256Keys;
  readonly pid: Uint8Array;
  readonly certificate: PatientCertificate;

  constructor(
    private readonly issuer: TestIssuer,
    name = 'agent',
    signer: P256Keys = issuer.keys,
  ) {
    const keys = (label: string) => makeKeys(issuer.random(`${name}: ${label}`));
    this.delegation = keys('delegation');
    this.pid = issuer.random(`${name}: pid`).bytes(16);
    const certified = issuer.patientCertificate(
      {
        signingKey: keys('signing').publicKey,
        decryptionKey: keys('decryption').publicKey,
        delegationKey: this.delegation.publicKey,
      },
      signer,
      this.pid,
    );
    this.certificate = decodePatientCertificate(certified);
  }

  /** Terms of a warrant for thirty days, for every prescription. */
  terms(): Pick<Warrant, 'notBefore' | 'notAfter' | 'serial'> {
    return {
      notBefore: TestIssuer.daysAfterToday(0),
      notAfter: TestIssuer.daysAfterToday(30),
      serial: this.issuer.random('warrant serial').bytes(8),
    };
  }

  /** As the agent's card: Y_A and s_A. */
  answer(warrant: Warrant, patientCommitment: Uint8Array) {
    const nonce = makeKeys(this.issuer.random(`nonce on ${patientCommitment.join()}`));
    const agentCommitment = nonce.publicKey;
    const transcript = transcriptOf(warrant, patientCommitment, agentCommitment);
    const challenge = challengeOf(delegationChallengeInput('agent', transcript));
    const half = fromBytes(nonce.secretKey) + challenge * fromBytes(this.delegation.secretKey);
    return { warrant, agentCommitment, agentHalf: toBytes(half % ORDER) };
  }
}

function transcriptOf(
  warrant: Warrant,
  patientCommitment: Uint8Array,
  agentCommitment: Uint8Array,
): DelegationTranscript {
  const { delegationKey, agentDelegationKey } = warrant;
  const canonical = encodeTemplate(WARRANT, warrant);
  return { delegationKey, agentDelegationKey, warrant: canonical, patientCommitment, agentCommitment };
}

/** Y + c·PK of one half: what s·G must be. */
function halfPoint(half: 'patient' | 'agent', transcript: DelegationTranscript): Point {
  const ofPatient = half === 'patient';
  const key = readPoint(ofPatient ? transcript.delegationKey : transcript.agentDelegationKey);
  const commitment = readPoint(ofPatient ? transcript.patientCommitment : transcript.agentCommitment);
  return add(commitment, multiply(key, challengeOf(delegationChallengeInput(half, transcript))));
}

/** Whether s_A·G = Y_A + c_A·PK_A. */
export function isAgentHalf(
  warrant: Warrant,
  patientCommitment: Uint8Array,
  answer: { readonly agentCommitment: Uint8Array; readonly agentHalf: Uint8Array },
): boolean {
  const expected = halfPoint('agent', transcriptOf(warrant, patientCommitment, answer.agentCommitment));
  return equalBytes(writePoint(multiply(BASE, fromBytes(answer.agentHalf))), writePoint(expected));
}

/** PK_AP = Y_P + c_P·PK_P + Y_A + c_A·PK_A. */
export function proxyKeyOf(
  warrant: Warrant,
  patientCommitment: Uint8Array,
  agentCommitment: Uint8Array,
): Uint8Array {
  const transcript = transcriptOf(warrant, patientCommitment, agentCommitment);
  return writePoint(add(halfPoint('patient', transcript), halfPoint('agent', transcript)));
}

/** Whether s·G = R + c·PK_AP. */
export function isProxySignature(transcript: ProxyTranscript, signature: Uint8Array): boolean {
  const parts = splitProxySignature(signature);
  if (!parts) return false;
  const challenge = challengeOf(proxyChallengeInput(transcript, parts.commitment));
  const expected = add(readPoint(parts.commitment), multiply(readPoint(transcript.proxyKey), challenge));
  return equalBytes(writePoint(multiply(BASE, fromBytes(parts.response))), writePoint(expected));
}

/** Whether a proof of possession of the delegation key holds. */
export function isDelegationKeyProof(binding: DelegationKeyBinding, proof: Uint8Array): boolean {
  const parts = splitSchnorrProof(proof);
  if (!parts) return false;
  const minus = ORDER - fromBytes(parts.challenge);
  const commitment = add(
    multiply(BASE, fromBytes(parts.response)),
    multiply(readPoint(binding.delegationKey), minus),
  );
  const digest = sha256(delegationKeyProofInput(binding, writePoint(commitment)));
  return equalBytes(digest.subarray(0, parts.challenge.length), parts.challenge);
}

/** The first 31 bytes of SHA-256. */
function challengeOf(input: Uint8Array): bigint {
  return fromBytes(sha256(input).subarray(0, 31));
}
