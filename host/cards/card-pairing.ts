/** Card-to-card authentication: the terminal carries messages between two cards and learns no key. */

import type { Result } from '../protocol/refusal.js';
import type { PatientCard } from './patient-card.js';
import type { ProfessionalCard } from './professional-card.js';

/** Afterwards the patient card knows the role, and both cards share session keys. */
export async function pairCards(
  patient: PatientCard,
  professional: ProfessionalCard,
): Promise<Result<object>> {
  patient.leaveSession();
  const chain = await professional.readRoleChain();
  if (!chain.ok) return chain;
  const known = await patient.showRoleChain(chain);
  if (!known.ok) return known;
  const challenge = await patient.getChallenge();
  if (!challenge.ok) return challenge;
  const proof = await professional.internalAuthenticate(challenge.data);
  if (!proof.ok) return proof;
  const answer = await patient.mutualAuthenticate(proof.data);
  if (!answer.ok) return answer;
  const { ephemeralKey, signature, ...holder } = answer.data;
  const shown = await professional.showHolderChain(holder);
  if (!shown.ok) return shown;
  const opened = await professional.externalAuthenticate({ ephemeralKey, signature });
  if (opened.ok) patient.enterSession(professional.session);
  return opened;
}
