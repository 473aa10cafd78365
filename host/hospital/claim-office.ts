/** A hospital's claim at a private insurer (eq. 12): the doctor signs, the patient agrees, NHI passes it on. */

import { equalBytes, type STATEMENT, type ValuesOf } from '../../apdu/index.js';
import type { PatientCard } from '../cards/patient-card.js';
import type { ProfessionalCard } from '../cards/professional-card.js';
import type { Clock } from '../clock.js';
import type { Rng } from '../crypto/random.js';
import { sha256 } from '../crypto/sha256.js';
import { encodeClaimDocument } from '../fhir/index.js';
import type { HospitalDoor } from '../nhi/doors.js';
import { INSURANCE_CLAIM_MESSAGE } from '../protocol/messages.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { newMessageId, sealMessage } from '../protocol/sealed-message.js';
import type { OpenVisit } from './hospital-terminal.js';

const DAY_SECONDS = 24 * 3600;

/** What of a visit is claimed, in the smallest unit of the currency. */
export type ClaimItem = {
  readonly item: number;
  readonly total: number;
  /** What this insurer is asked for; all of it unless given. */
  readonly amount?: number;
  /** ICD-10. */
  readonly diagnosis: string;
};

export class ClaimOffice {
  constructor(
    private readonly ports: { readonly nhi: HospitalDoor; readonly clock: Clock; readonly rng: Rng },
  ) {}

  /** Both PINs were verified before. */
  async claim(
    patient: PatientCard,
    doctor: ProfessionalCard,
    visit: Pick<OpenVisit, 'pid' | 'visitId'>,
    insurerId: string,
    item: ClaimItem,
  ): Promise<Result<{ readonly claimId: Uint8Array }>> {
    const { nhi, clock, rng } = this.ports;
    const { pid, visitId } = visit;
    const key = await nhi.insurerKey(insurerId);
    if (!key) return refusal('insurer-unknown');
    const read = await patient.readOwnCertificate();
    if (!read.ok) return read;
    const { certificate } = read;
    // the card in the reader may have been changed since the visit was opened
    if (!equalBytes(certificate.body.pid, pid)) return refusal('patient-mismatch');
    const { total, amount = total, diagnosis } = item;
    const opened = await nhi.openClaim({ pid, visitId, item: item.item, total, insurerId });
    if (!opened.ok) return opened;
    const { claimId, nonce } = opened;
    const day = clock.now() - (clock.now() % DAY_SECONDS);
    const created = new Date(day * 1000).toISOString().slice(0, 10);
    const claim = encodeClaimDocument(pid, amount, { diagnosis, day: created });
    const claimHash = sha256(claim);
    const messageId = newMessageId(rng);
    const statement = { messageId, claimHash, pid, insurerId, claimId, day };
    const signed = await doctor.signAsDoctor('insuranceClaim', statement);
    if (!signed.ok) return signed;
    const consent: ValuesOf<(typeof STATEMENT)['claimConsent']['fields']> = {
      insurerId,
      claimId,
      claimHash,
      nonce,
    };
    const agreed = await patient.consentToClaim(consent);
    if (!agreed.ok) return agreed;
    const message = {
      statement,
      signature: signed.signature,
      consent: { ...consent, signature: agreed.signature },
      certificate,
      claim,
    };
    const route = { equation: 12, sender: 'doctor', recipient: insurerId } as const;
    const sealed = await sealMessage(INSURANCE_CLAIM_MESSAGE, message, { route, key, messageId }, rng);
    const refused = await nhi.forwardClaim(insurerId, sealed);
    return refused ?? { ok: true, claimId };
  }
}
