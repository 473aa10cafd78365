/** What the terminal does to open a visit, in steps that a test can change. */

import {
  type ConfirmedRequest,
  generateEcKeyPair,
  type PatientCard,
  PURPOSE,
  type SealedMessage,
  seededRng,
  sha256,
} from '../../../host/index.js';
import type { Scenario } from '../../support/scenario.js';

export type RequestChanges = {
  readonly card?: PatientCard;
  /** What the patient's card signs. */
  readonly challenge?: Uint8Array;
  readonly hospitalId?: string;
  /** What the doctor signs and the terminal sends, where it differs. */
  readonly sentChallenge?: Uint8Array;
  readonly sentHospitalId?: string;
  readonly replyKey?: Uint8Array;
  /** Between the patient's card and the doctor's. */
  readonly tamper?: (sealed: SealedMessage) => SealedMessage;
};

const rng = seededRng(1, 'reply keys of tests');

/** A patient's request with the doctor's signature over it; both PINs were verified. @throws {Error} when a card refuses. */
export async function confirmedRequest(
  { world, hospitalLine }: Scenario,
  changes: RequestChanges = {},
): Promise<ConfirmedRequest> {
  const challenge = changes.challenge ?? (await hospitalLine.issueChallenge()).challenge;
  const hospitalId = changes.hospitalId ?? world.input.hospital.id;
  const asked = await (changes.card ?? world.patientCard).requestVisit({
    challenge,
    hospitalId,
    purpose: PURPOSE.outpatient,
    time: world.clock.now(),
  });
  if (!asked.ok) throw new Error(asked.reason);
  const request = changes.tamper ? changes.tamper(asked.request) : asked.request;
  const replyKey = changes.replyKey ?? generateEcKeyPair(rng).publicKey;
  const sentChallenge = changes.sentChallenge ?? challenge;
  const signed = await world.doctorCard.signAsDoctor('visitConfirmation', {
    envelopeHash: sha256(request.envelope),
    challenge: sentChallenge,
    hospitalId: changes.sentHospitalId ?? hospitalId,
    replyKey,
  });
  if (!signed.ok) throw new Error(signed.reason);
  return { request, challenge: sentChallenge, replyKey, signature: signed.signature };
}
