/** A signed prescription in parts, so that a test can send it changed. */

import { decodePatientCertificate, equalBytes, type PatientCertificate } from '../../../apdu/index.js';
import {
  type DoctorSignature,
  encodePrescriptionDocument,
  PRESCRIPTION_MESSAGE,
  type PrescriptionEntry,
  type SealedMessage,
  type SignedPrescription,
  sealMessage,
  seededRng,
  sha256,
} from '../../../host/index.js';
import type { Scenario } from '../../support/scenario.js';

/** The content of eq. 10. */
export type PrescriptionParts = {
  readonly statement: SignedPrescription;
  readonly signature: DoctorSignature;
  readonly certificate: PatientCertificate;
  readonly prescription: Uint8Array;
};

const rng = seededRng(1, 'prescriptions of tests');
const DAY = 86_400;

export type PartsChanges = {
  /** Signed instead of the genuine fields. */
  readonly signed?: Partial<SignedPrescription>;
  readonly prescription?: Uint8Array;
  readonly certificate?: PatientCertificate;
  /** Registered at NHI instead of what is signed; `false` registers nothing. */
  readonly registered?: Partial<PrescriptionEntry> | false;
};

/**
 * A prescription that the doctor signed and NHI registered, but nobody sent yet. The patient's PIN or
 * a doctor's authentication must stand on the patient's card.
 */
export async function prescriptionParts(
  scenario: Scenario,
  changes: PartsChanges = {},
): Promise<PrescriptionParts> {
  const { world, visit, hospitalLine } = scenario;
  const { visit: content, pharmacy } = world.input;
  const read = await world.patientCard.readCertificate();
  if (!read.ok) throw new Error(read.reason);
  const prescription = changes.prescription ?? encodePrescriptionDocument(content, visit.pid);
  const statement: SignedPrescription = {
    messageId: rng.bytes(16),
    prescriptionHash: sha256(prescription),
    prescriptionId: rng.bytes(16),
    pid: visit.pid,
    pharmacyId: pharmacy.id,
    day: world.clock.now() - (world.clock.now() % DAY),
    expiry: content.prescriptionExpiry,
    repeats: content.prescriptionSummary.repeats,
    ...changes.signed,
  };
  const signed = await world.doctorCard.signAsDoctor('prescription', statement);
  if (!signed.ok) throw new Error(signed.reason);
  const certificate = changes.certificate ?? decodePatientCertificate(read.data);
  const parts = { statement, signature: signed.signature, certificate, prescription };
  if (changes.registered !== false) {
    const entry = { ...entryOf(statement), ...changes.registered };
    // NHI registers for patients with a visit here only; what these tests are after comes behind that
    if (!equalBytes(entry.pid, visit.pid)) {
      await world.store.run(
        `INSERT INTO visits (pid, visit_id, hospital_id, opened, envelope_hash, signature)
          VALUES (?, ?, ?, ?, ?, ?)`,
        ...[entry.pid, rng.bytes(16), world.input.hospital.id, world.clock.now()],
        ...[new Uint8Array(32), new Uint8Array(1)],
      );
    }
    const refused = await hospitalLine.forwardPrescription(entry, await sealPrescription(scenario, parts));
    if (refused) throw new Error(refused.reason);
    await scenario.pharmacyLine.fetchPrescriptions();
  }
  return parts;
}

/** What NHI is told of a prescription. */
export function entryOf(statement: SignedPrescription): PrescriptionEntry {
  const { prescriptionId, pid, pharmacyId, expiry, repeats } = statement;
  return { numberHash: sha256(prescriptionId), pid, pharmacyId, expiry, repeats };
}

/** Sealed to the scenario's pharmacy, under the identifier that was signed or another one. */
export async function sealPrescription(
  scenario: Scenario,
  parts: PrescriptionParts,
  messageId: Uint8Array = parts.statement.messageId,
): Promise<SealedMessage> {
  const { input } = scenario.world;
  const recipient = input.pharmacy.id;
  const route = { equation: 10, sender: 'doctor', recipient } as const;
  const key = (await scenario.hospitalLine.pharmacyKey(recipient))!;
  return sealMessage(PRESCRIPTION_MESSAGE, parts, { route, key, messageId }, rng);
}
