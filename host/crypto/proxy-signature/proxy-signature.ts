/** Signatures with a proxy key (eq. 18), verified as anybody does: s·G = R + c·PK_AP. */

import {
  challengeOf,
  type ProxyTranscript,
  proxyChallengeInput,
  splitProxySignature,
} from '../../../apdu/index.js';
import { sha256 } from '../sha256.js';
import { combination, readPoint, readScalar, toNumber } from './p256-points.js';

/** Challenge of a proxy signature whose commitment is R. */
function proxyChallenge(transcript: ProxyTranscript, commitment: Uint8Array): bigint {
  return toNumber(challengeOf(sha256(proxyChallengeInput(transcript, commitment))));
}

/** Whether `signature` (R ‖ s) is one of `transcript.proxyKey` on these fields under this warrant; no more than that. */
export function verifyProxySignature(transcript: ProxyTranscript, signature: Uint8Array): boolean {
  const parts = splitProxySignature(signature);
  const key = readPoint(transcript.proxyKey);
  const commitment = parts && readPoint(parts.commitment);
  const response = parts && readScalar(parts.response);
  if (!key || !commitment || response === undefined) return false;
  const challenge = proxyChallenge(transcript, parts.commitment);
  return combination(response, challenge, key).equals(commitment);
}
