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
import { type EcKeyPair, generateEcKeyPair } from '../crypto/ecdsa.js';
import type { Rng } from '../crypto/random.js';
import { sha256 } from '../crypto/sha256.js';
import {
  encodePrescriptionDocument,
  encodePrescriptionSummary,
  encodeRecordDocument,
  encodeRecordSummary,
  type Visit,
} from '../fhir/index.js';
import type { HospitalDoor, NhiPublicKeys } from '../nhi/doors.js';
import type { EmergencyAccess } from '../nhi/emergency-desk.js';
import type { PrescriptionEntry } from '../nhi/prescription-register.js';
import { type BasicData, type ConfirmedRequest, visitIdOf } from '../nhi/visit-desk.js';
import type { Receipt } from '../protocol/epoch-verifier.js';
import type { DoctorSignature } from '../protocol/group-signed-statement.js';
import { NEW_RECORD_MESSAGE, OTHER_RECORDS_MESSAGE, PRESCRIPTION_MESSAGE } from '../protocol/messages.js';
import { type Refusal, type Result, refusal } from '../protocol/refusal.js';
import { newMessageId, openMessage, type SealedMessage, sealMessage } from '../protocol/sealed-message.js';
import { verifyStatement } from '../protocol/signed-statement.js';

/** Purpose codes of a visit request. */
export const PURPOSE = { outpatient: 1 } as const;

/** A visit that NHI confirmed: what the doctor may see and write now. */
export type OpenVisit = {
  readonly visitId: Uint8Array;
  readonly pid: Uint8Array;
  /** Earlier records from NHI, JSON. */
  readonly records: string;
  /** Who has looked at the patient's records in an emergency: the doctor tells the patient. */
  readonly emergencies: readonly EmergencyAccess[];
};

/** TS as the patient's card signed and sealed it (eq. 6), and the challenge in it. */
export type SignedRequest = { readonly challenge: Uint8Array; readonly request: SealedMessage };

/** A prescription that both cards agreed on and the doctor signed. */
export type IssuedPrescription = {
  readonly prescriptionId: Uint8Array;
  readonly doctorRandom: Uint8Array;
  readonly prescriptionHash: Uint8Array;
};

/** A prescription that is ready to go to its pharmacy by way of NHI. */
export type PreparedPrescription = {
  readonly entry: PrescriptionEntry;
  readonly sealed: SealedMessage;
  readonly prescription: IssuedPrescription;
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
    const { hospitalId, nhi } = this.ports;
    const { challenge, time } = await nhi.issueChallenge();
    const asked = await patient.requestVisit({ challenge, hospitalId, purpose: PURPOSE.outpatient, time });
    return asked.ok ? this.confirmVisit({ challenge, request: asked.request }, doctor) : asked;
  }

  /** Eq. 7 and 8, for a request that the patient's card made here or at the registration machine. */
  async confirmVisit(
    asked: SignedRequest,
    doctor: ProfessionalCard,
  ): Promise<Result<{ readonly visit: OpenVisit }>> {
    const prepared = await this.prepareConfirmation(asked, doctor);
    if (!prepared.ok) return prepared;
    const { request, reply } = prepared;
    const envelopeHash = sha256(asked.request.envelope);
    const confirmed = await this.ports.nhi.confirmVisit(request);
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
      equalBytes(visitId, visitIdOf(asked.challenge, envelopeHash));
    if (!genuine) return refusal('answer-unverified');
    const basic = JSON.parse(bytesToUtf8(basicData)) as BasicData;
    // what is used below stands in the basic data, which alone are under the signature
    const same = basic.pid === toHex(pid) && basic.visitId === toHex(visitId);
    if (!same) return refusal('answer-unverified');
    const { emergencies } = basic;
    return { ok: true, visit: { visitId, pid, records: DECODER.decode(records), emergencies } };
  }

  /** Eq. 7 without sending it: the doctor's signature over the request, and the key for the answer. */
  async prepareConfirmation(
    { challenge, request }: SignedRequest,
    doctor: ProfessionalCard,
  ): Promise<Result<{ readonly request: ConfirmedRequest; readonly reply: EcKeyPair }>> {
    const { hospitalId, rng } = this.ports;
    const reply = generateEcKeyPair(rng);
    const { publicKey: replyKey } = reply;
    const confirmation = { envelopeHash: sha256(request.envelope), challenge, hospitalId, replyKey };
    const signed = await doctor.signAsDoctor('visitConfirmation', confirmation);
    if (!signed.ok) return signed;
    return { ok: true, request: { request, challenge, replyKey, signature: signed.signature }, reply };
  }

  /** Eq. 9: the doctor signs the record, NHI takes it and gives a receipt. */
  async submitRecord(
    doctor: ProfessionalCard,
    visit: OpenVisit,
    content: Visit,
  ): Promise<Result<{ readonly receipt: Receipt }>> {
    const { nhi, nhiKeys } = this.ports;
    const prepared = await this.prepareRecord(doctor, visit, content);
    if (!prepared.ok) return prepared;
    const taken = await nhi.submitRecord(prepared.sealed);
    if (!taken.ok) return taken;
    const { receipt } = taken;
    const genuine =
      verifyStatement(nhiKeys.signatureKey, STATEMENT.receipt, receipt.statement, receipt.signature) &&
      toHex(receipt.statement.signatureHash) === toHex(sha256(prepared.signature.groupSignature));
    return genuine ? taken : refusal('answer-unverified');
  }

  /** Eq. 9 without sending it. */
  async prepareRecord(
    doctor: ProfessionalCard,
    visit: Pick<OpenVisit, 'pid' | 'visitId'>,
    content: Visit,
  ): Promise<Result<{ readonly sealed: SealedMessage; readonly signature: DoctorSignature }>> {
    const { hospitalId, nhiKeys, clock, rng } = this.ports;
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
    const sealed = await sealMessage(NEW_RECORD_MESSAGE, { statement, signature, record }, to, rng);
    return { ok: true, sealed, signature };
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
    const { nhi } = this.ports;
    const key = await nhi.pharmacyKey(pharmacyId);
    if (!key) return refusal('pharmacy-unknown');
    const prepared = await this.preparePrescription(patient, doctor, visit, content, { pharmacyId, key });
    if (!prepared.ok) return prepared;
    const { entry, sealed, prescription } = prepared;
    const refused = await nhi.forwardPrescription(entry, sealed);
    return refused ?? { ok: true, prescription };
  }

  /** Eq. 10 without sending it, to a pharmacy whose key is known. */
  async preparePrescription(
    patient: PatientCard,
    doctor: ProfessionalCard,
    visit: Pick<OpenVisit, 'pid'>,
    content: Visit,
    to: { readonly pharmacyId: string; readonly key: Uint8Array },
  ): Promise<Result<PreparedPrescription>> {
    const { clock, rng } = this.ports;
    const { pharmacyId, key } = to;
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
    const sealed = await sealMessage(PRESCRIPTION_MESSAGE, values, { route, key, messageId }, rng);
    const entry = { numberHash: sha256(prescriptionId), pid: visit.pid, pharmacyId, expiry, repeats };
    return { ok: true, entry, sealed, prescription: { prescriptionId, doctorRandom, prescriptionHash } };
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
