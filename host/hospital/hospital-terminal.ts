/**
 * A hospital's terminal: two readers, an authenticated line to NHI, no long-term secret of a person.
 * It carries messages between the cards and NHI and checks what it shows (eq. 6 to 11).
 */

import {
  bytesToUtf8,
  concatBytes,
  decodePatientCertificate,
  equalBytes,
  FIELD,
  hashInput,
  NHI_NAME,
  type PatientCertificate,
  PRESCRIPTION_COMMITMENT_DOMAIN,
  PRESCRIPTION_ID_BYTES,
  PRESCRIPTION_NUMBER_DOMAIN,
  STATEMENT,
  toHex,
} from '../../apdu/index.js';
import { pairCards } from '../cards/card-pairing.js';
import type { PatientCard } from '../cards/patient-card.js';
import type { ProfessionalCard } from '../cards/professional-card.js';
import type { Clock } from '../clock.js';
import { generateEcKeyPair } from '../crypto/ecdsa.js';
import type { Rng } from '../crypto/random.js';
import { sha256 } from '../crypto/sha256.js';
import {
  encodePrescriptionDocument,
  encodePrescriptionSummary,
  encodeRecordDocument,
  encodeRecordSummary,
  type Visit,
} from '../fhir/index.js';
import type { HospitalDoor, NhiPublicKeys } from '../nhi/nhi.js';
import type { Receipt } from '../protocol/epoch-verifier.js';
import { NEW_RECORD_MESSAGE, OTHER_RECORDS_MESSAGE, PRESCRIPTION_MESSAGE } from '../protocol/messages.js';
import { type Refusal, type Result, refusal } from '../protocol/refusal.js';
import { newMessageId, openMessage, sealMessage } from '../protocol/sealed-message.js';
import { verifyStatement } from '../protocol/signed-statement.js';

/** Purpose codes of a visit request. */
export const PURPOSE = { outpatient: 1 } as const;

/** A visit that NHI confirmed: what the doctor may see and write now. */
export type OpenVisit = {
  readonly visitId: Uint8Array;
  readonly pid: Uint8Array;
  /** Earlier records from NHI, JSON. */
  readonly records: string;
};

/** A prescription that both cards agreed on and the doctor signed. */
export type IssuedPrescription = {
  readonly prescriptionId: Uint8Array;
  readonly doctorRandom: Uint8Array;
  readonly prescriptionHash: Uint8Array;
};

const REPLY_ROUTE = { equation: 8, sender: 'nhi', recipient: 'hospital' } as const;
const DAY_SECONDS = 24 * 3600;
const DECODER = new TextDecoder('utf-8', { fatal: true });

export class HospitalTerminal {
  constructor(
    private readonly ports: {
      readonly hospitalId: string;
      readonly nhi: HospitalDoor;
      readonly nhiKeys: NhiPublicKeys;
      readonly clock: Clock;
      readonly rng: Rng;
    },
  ) {}

  /** Eq. 6 to 8: the patient asks, the doctor confirms, NHI answers. Both PINs were verified before. */
  async openVisit(
    patient: PatientCard,
    doctor: ProfessionalCard,
  ): Promise<Result<{ readonly visit: OpenVisit }>> {
    const { hospitalId, nhi, rng } = this.ports;
    const { challenge, time } = await nhi.issueChallenge();
    const asked = await patient.requestVisit({ challenge, hospitalId, purpose: PURPOSE.outpatient, time });
    if (!asked.ok) return asked;
    const reply = generateEcKeyPair(rng);
    const envelopeHash = sha256(asked.request.envelope);
    const confirmation = { envelopeHash, challenge, hospitalId, replyKey: reply.publicKey };
    const signed = await doctor.signAsDoctor('visitConfirmation', confirmation);
    if (!signed.ok) return signed;
    const { signature } = signed;
    const request = { request: asked.request, challenge, replyKey: reply.publicKey, signature };
    const confirmed = await nhi.confirmVisit(request);
    if (!confirmed.ok) return confirmed;
    const as = { route: REPLY_ROUTE, secretKey: reply.secretKey };
    const opened = await openMessage(OTHER_RECORDS_MESSAGE, confirmed.answer, as);
    reply.secretKey.fill(0);
    if (!opened.ok) return opened;
    const { statement, signature: nhiSignature, visitId, pid, basicData, records } = opened.values;
    const genuine =
      verifyStatement(this.ports.nhiKeys.signatureKey, STATEMENT.otherRecords, statement, nhiSignature) &&
      toHex(statement.requestHash) === toHex(envelopeHash) &&
      toHex(statement.messageId) === toHex(confirmed.answer.messageId) &&
      toHex(statement.basicDataHash) === toHex(sha256(basicData)) &&
      toHex(statement.recordsHash) === toHex(sha256(records)) &&
      // what is used below stands in the basic data, which alone are under the signature
      bytesToUtf8(basicData) === JSON.stringify({ pid: toHex(pid), visitId: toHex(visitId) });
    if (!genuine) return refusal('answer-unverified');
    return { ok: true, visit: { visitId, pid, records: DECODER.decode(records) } };
  }

  /** Eq. 9: the doctor signs the record, NHI takes it and gives a receipt. */
  async submitRecord(
    doctor: ProfessionalCard,
    visit: OpenVisit,
    content: Visit,
  ): Promise<Result<{ readonly receipt: Receipt }>> {
    const { hospitalId, nhi, nhiKeys, clock, rng } = this.ports;
    const record = encodeRecordDocument(content, visit.pid);
    if (record.length > FIELD.recordDocument.max) return tooLarge(record, FIELD.recordDocument.max);
    const messageId = newMessageId(rng);
    const statement = {
      messageId,
      recordHash: sha256(record),
      pid: visit.pid,
      visitId: visit.visitId,
      hospitalId,
      time: clock.now(),
    };
    const signed = await doctor.signAsDoctor('newRecord', statement);
    if (!signed.ok) return signed;
    const { signature } = signed;
    const to = {
      route: { equation: 9, sender: 'doctor', recipient: NHI_NAME },
      key: nhiKeys.sealingKey,
      messageId,
    } as const;
    const taken = await nhi.submitRecord(
      await sealMessage(NEW_RECORD_MESSAGE, { statement, signature, record }, to, rng),
    );
    if (!taken.ok) return taken;
    const { receipt } = taken;
    const genuine =
      verifyStatement(nhiKeys.signatureKey, STATEMENT.receipt, receipt.statement, receipt.signature) &&
      toHex(receipt.statement.signatureHash) === toHex(sha256(signature.groupSignature));
    return genuine ? taken : refusal('answer-unverified');
  }

  /** Card-to-card authentication: afterwards the doctor's card may read and write the patient's. */
  async pair(patient: PatientCard, doctor: ProfessionalCard) {
    return pairCards(patient, doctor);
  }

  /** Eq. 10: both cards agree on a number, the doctor signs, the prescription goes to its pharmacy by way of NHI. */
  async prescribe(
    patient: PatientCard,
    doctor: ProfessionalCard,
    visit: OpenVisit,
    content: Visit,
    pharmacyId: string,
  ): Promise<Result<{ readonly prescription: IssuedPrescription }>> {
    const { nhi, clock, rng } = this.ports;
    const pharmacyKey = await nhi.pharmacyKey(pharmacyId);
    if (!pharmacyKey) return refusal('pharmacy-unknown');
    const certificate = await this.certificateOf(patient);
    if (!certificate.ok) return certificate;
    // the card in the reader may have been changed since the visit was opened
    if (!equalBytes(certificate.certificate.body.pid, visit.pid)) return refusal('patient-mismatch');
    const prescription = encodePrescriptionDocument(content, visit.pid);
    const { max } = FIELD.prescriptionDocument;
    if (prescription.length > max) return tooLarge(prescription, max);
    const number = await this.agreeOnNumber(patient, doctor);
    if (!number.ok) return number;
    const prescriptionHash = sha256(prescription);
    const messageId = newMessageId(rng);
    const { prescriptionId, doctorRandom } = number;
    const expiry = content.prescriptionExpiry;
    const { repeats } = content.prescriptionSummary;
    const day = clock.now() - (clock.now() % DAY_SECONDS);
    const statement = {
      messageId,
      prescriptionHash,
      prescriptionId,
      pid: visit.pid,
      pharmacyId,
      day,
      expiry,
      repeats,
    };
    const signed = await doctor.signAsDoctor('prescription', statement);
    if (!signed.ok) return signed;
    const values = {
      statement,
      signature: signed.signature,
      certificate: certificate.certificate,
      prescription,
    };
    const route = { equation: 10, sender: 'doctor', recipient: pharmacyId } as const;
    const sealed = await sealMessage(
      PRESCRIPTION_MESSAGE,
      values,
      { route, key: pharmacyKey, messageId },
      rng,
    );
    const entry = { numberHash: sha256(prescriptionId), pid: visit.pid, pharmacyId, expiry, repeats };
    const refused = await nhi.forwardPrescription(entry, sealed);
    return refused ?? { ok: true, prescription: { prescriptionId, doctorRandom, prescriptionHash } };
  }

  /** Eq. 11: record and prescription go onto the patient's card, protected by the doctor's card that it was paired with. */
  async updateCard(patient: PatientCard, content: Visit, prescription: IssuedPrescription) {
    const { hospitalId, clock } = this.ports;
    const visitRecord = {
      time: clock.now(),
      hospitalId,
      record: encodeRecordSummary(content.recordSummary),
      prescription: {
        doctorRandom: prescription.doctorRandom,
        prescriptionHash: prescription.prescriptionHash,
        expiry: content.prescriptionExpiry,
        repeats: content.prescriptionSummary.repeats,
        prescription: encodePrescriptionSummary(content.prescriptionSummary),
      },
    };
    return patient.putVisitRecord(visitRecord);
  }

  private async certificateOf(
    patient: PatientCard,
  ): Promise<Result<{ readonly certificate: PatientCertificate }>> {
    const read = await patient.readCertificate();
    return read.ok ? { ok: true, certificate: decodePatientCertificate(read.data) } : read;
  }

  private async agreeOnNumber(patient: PatientCard, doctor: ProfessionalCard) {
    const committed = await doctor.commitPrescriptionNumber();
    if (!committed.ok) return committed;
    const contributed = await patient.contributeToPrescriptionNumber(committed.data.commitment);
    if (!contributed.ok) return contributed;
    const revealed = await doctor.revealPrescriptionNumber(contributed.data.patientRandom);
    if (!revealed.ok) return revealed;
    // The patient card will insist on the commitment (eq. 11); seen here, nothing has been signed yet.
    const { doctorRandom, prescriptionId } = revealed.data;
    const commitment = sha256(hashInput(PRESCRIPTION_COMMITMENT_DOMAIN, [doctorRandom]));
    const halves = concatBytes(doctorRandom, contributed.data.patientRandom);
    const number = sha256(hashInput(PRESCRIPTION_NUMBER_DOMAIN, [halves])).subarray(0, PRESCRIPTION_ID_BYTES);
    const agreed = equalBytes(commitment, committed.data.commitment) && equalBytes(number, prescriptionId);
    if (!agreed) return refusal('number-mismatch');
    return { ok: true, ...revealed.data } as const;
  }
}

function tooLarge(document: Uint8Array, max: number): Refusal {
  return refusal('document-too-large', `${document.length} bytes; at most ${max}`);
}
