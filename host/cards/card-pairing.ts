/** Card-to-card authentication: the terminal carries messages between two cards and learns no key. */

import type { Result } from '../protocol/refusal.js';
import type { PatientCard } from './patient-card.js';
import type { ProfessionalCard } from './professional-card.js';

/** Afterwards the patient card knows the role, and both cards share a session key. */
export async function pairCards(
  patient: PatientCard,
  professional: ProfessionalCard,
): Promise<Result<object>> {
  const certificate = await professional.readRoleCertificate();
  if (!certificate.ok) return certificate;
  const known = await patient.verifyRoleCertificate(certificate.data);
  if (!known.ok) return known;
  const challenge = await patient.getChallenge();
  if (!challenge.ok) return challenge;
  const proof = await professional.internalAuthenticate(challenge.data);
  if (!proof.ok) return proof;
  const answer = await patient.mutualAuthenticate(proof.data);
  if (!answer.ok) return answer;
  return professional.externalAuthenticate(answer.data);
}
