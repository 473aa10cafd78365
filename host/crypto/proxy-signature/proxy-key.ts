/** The proxy key as anybody recomputes it (eq. 19): PK_AP = F_A = Y_P + c_P·PK_P + Y_A + c_A·PK_A. */

import {
  challengeOf,
  type DelegationTranscript,
  delegationChallengeInput,
  equalBytes,
} from '../../../apdu/index.js';
import { sha256 } from '../sha256.js';
import { type Point, readPoint, toNumber } from './p256-points.js';

/** Challenge of one half, a number below the order. */
function delegationChallenge(half: 'patient' | 'agent', transcript: DelegationTranscript): bigint {
  return toNumber(challengeOf(sha256(delegationChallengeInput(half, transcript))));
}

/**
 * PK_AP, 33 bytes; `undefined` where a key or commitment is no point of the curve, both keys are the
 * same, or the result is the point at infinity.
 */
export function proxyKeyOf(transcript: DelegationTranscript): Uint8Array | undefined {
  const patient = halfKey('patient', transcript);
  const agent = halfKey('agent', transcript);
  const same = equalBytes(transcript.delegationKey, transcript.agentDelegationKey);
  if (!patient || !agent || same) return undefined;
  const key = patient.add(agent);
  return key.is0() ? undefined : key.toBytes(true);
}

/** Y + c·PK of one half: what s·G must be. */
function halfKey(half: 'patient' | 'agent', transcript: DelegationTranscript): Point | undefined {
  const ofPatient = half === 'patient';
  const key = readPoint(ofPatient ? transcript.delegationKey : transcript.agentDelegationKey);
  const commitment = readPoint(ofPatient ? transcript.patientCommitment : transcript.agentCommitment);
  return key && commitment?.add(key.multiplyUnsafe(delegationChallenge(half, transcript)));
}
