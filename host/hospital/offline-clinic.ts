/**
 * A clinic without a line to NHI: visits on challenges and pharmacies' keys that it fetched while it had
 * one. The card is read and written as always; what NHI must have waits in the outbox.
 */

import type { PatientCard } from '../cards/patient-card.js';
import type { ProfessionalCard } from '../cards/professional-card.js';
import { sha256 } from '../crypto/sha256.js';
import type { Visit } from '../fhir/index.js';
import type { HospitalDoor } from '../nhi/doors.js';
import { visitIdOf } from '../nhi/visit-desk.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { type HospitalTerminal, type IssuedPrescription, PURPOSE } from './hospital-terminal.js';
import type { Outbox } from './outbox.js';

type Challenge = { readonly challenge: Uint8Array; readonly time: number };

export class OfflineClinic {
  private readonly challenges: Challenge[] = [];
  private readonly pharmacyKeys = new Map<string, Uint8Array>();

  constructor(
    private readonly ports: {
      readonly hospitalId: string;
      readonly terminal: HospitalTerminal;
      readonly outbox: Outbox;
    },
  ) {}

  /** While there is a line: so many challenges (each good for 12 hours), and where these pharmacies' messages are sealed to. */
  async prepare(nhi: HospitalDoor, visits: number, pharmacyIds: readonly string[]): Promise<void> {
    for (let made = 0; made < visits; made++) this.challenges.push(await nhi.issueChallenge());
    for (const pharmacyId of pharmacyIds) {
      const key = await nhi.pharmacyKey(pharmacyId);
      if (key) this.pharmacyKeys.set(pharmacyId, key);
    }
  }

  /** A visit from request to card (eq. 6, 7, 9 to 11). Both PINs were verified before; nothing is queued unless the card has it. */
  async visit(
    patient: PatientCard,
    doctor: ProfessionalCard,
    content: Visit,
    pharmacyId: string,
  ): Promise<Result<{ readonly prescription: IssuedPrescription; readonly ownRecords: number }>> {
    const { hospitalId, terminal, outbox } = this.ports;
    const key = this.pharmacyKeys.get(pharmacyId);
    const fetched = this.challenges.shift();
    if (!fetched) return refusal('line-down', 'no challenge is left');
    if (!key) return refusal('pharmacy-unknown');
    const { challenge, time } = fetched;
    const asked = await patient.requestVisit({ challenge, hospitalId, purpose: PURPOSE.outpatient, time });
    if (!asked.ok) return asked;
    const { request } = asked;
    const confirmation = await terminal.prepareConfirmation({ challenge, request }, doctor);
    if (!confirmation.ok) return confirmation;
    const read = await patient.readOwnCertificate();
    if (!read.ok) return read;
    const { pid } = read.certificate.body;
    const visit = { pid, visitId: visitIdOf(challenge, sha256(request.envelope)) };
    const record = await terminal.prepareRecord(doctor, visit, content);
    if (!record.ok) return record;
    const paired = await terminal.pair(patient, doctor);
    if (!paired.ok) return paired;
    // the records on the card are all that the doctor sees of earlier visits
    const ownRecords = (await patient.readRecords(RECORDS_SHOWN)).length;
    const to = { pharmacyId, key };
    const prescribed = await terminal.preparePrescription(patient, doctor, visit, content, to);
    if (!prescribed.ok) return prescribed;
    const { prescription, entry, sealed } = prescribed;
    const written = await terminal.updateCard(patient, content, prescription);
    if (!written.ok) return written;
    await outbox.put([
      { kind: 'confirmation', request: confirmation.request },
      { kind: 'record', record: record.sealed },
      { kind: 'prescription', entry, sealed },
    ]);
    return { ok: true, prescription, ownRecords };
  }
}

const RECORDS_SHOWN = 5;
