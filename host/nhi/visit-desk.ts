/** What NHI does for one authenticated hospital: confirm visits (eq. 6–8) and take records (eq. 9). */

import {
  DOMAIN,
  encodeTemplate,
  equalBytes,
  hashInput,
  NHI_NAME,
  STATEMENT,
  toHex,
  VISIT_REQUEST_MESSAGE,
} from '../../apdu/index.js';
import type { Clock } from '../clock.js';
import type { EcKeyPair } from '../crypto/ecdsa.js';
import { isHpkeKey } from '../crypto/hpke.js';
import type { Rng } from '../crypto/random.js';
import { sha256 } from '../crypto/sha256.js';
import { parseRecordDocument } from '../fhir/index.js';
import type { Receipt } from '../protocol/epoch-verifier.js';
import type { DoctorSignature } from '../protocol/group-signed-statement.js';
import { GROUP_SIGNATURE, NEW_RECORD_MESSAGE, OTHER_RECORDS_MESSAGE } from '../protocol/messages.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { newMessageId, openMessage, type SealedMessage, sealMessage } from '../protocol/sealed-message.js';
import { verifyStatement } from '../protocol/signed-statement.js';
import { one, type Store } from '../storage/store.js';
import type { CertificateAuthority } from './certificate-authority.js';
import type { EmergencyAccess, EmergencyDesk } from './emergency-desk.js';
import type { PatientRegister } from './patient-register.js';
import type { RecordStore } from './record-store.js';
import type { SignatureDesk } from './signature-desk.js';
import { SingleUse } from './single-use.js';

/** What the hospital passes on: the patient's envelope and the doctor's signature over it (eq. 7). */
export type ConfirmedRequest = {
  readonly request: SealedMessage;
  readonly challenge: Uint8Array;
  /** Public key that the answer is sealed to, made for this request. */
  readonly replyKey: Uint8Array;
  readonly signature: DoctorSignature;
};

/** Basic data of eq. 8, JSON. */
export type BasicData = {
  /** Hexadecimal, as the identifier of the visit. */
  readonly pid: string;
  readonly visitId: string;
  /** Who has looked at the records in an emergency, the newest last. */
  readonly emergencies: readonly EmergencyAccess[];
};

/** Accesses in an emergency that an answer tells of. */
const MOST_ACCESSES = 10;
/** TS is accepted this long after NHI issued the challenge. */
const CHALLENGE_SECONDS = 12 * 3600;
const VISIT_ROUTE = { equation: 6, sender: 'patient', recipient: NHI_NAME } as const;
const RECORD_ROUTE = { equation: 9, sender: 'doctor', recipient: NHI_NAME } as const;
const TEXT = new TextEncoder();

/** The identifier of a visit: a clinic without a line knows it before NHI does. */
export function visitIdOf(challenge: Uint8Array, envelopeHash: Uint8Array): Uint8Array {
  return sha256(hashInput(DOMAIN.visitId, [challenge, envelopeHash])).subarray(0, VISIT_ID_BYTES);
}
const VISIT_ID_BYTES = 16;

export class VisitDesk {
  private readonly challenges: SingleUse;

  constructor(
    private readonly ports: {
      readonly authority: CertificateAuthority;
      readonly patients: PatientRegister;
      readonly records: RecordStore;
      readonly decryption: EcKeyPair;
      readonly signatures: SignatureDesk;
      /** What the patient is told of accesses in an emergency. */
      readonly emergencies: Pick<EmergencyDesk, 'accessesTo'>;
      readonly store: Store;
      readonly clock: Clock;
      readonly rng: Rng;
    },
  ) {
    this.challenges = new SingleUse(ports, 'visit', CHALLENGE_SECONDS);
  }

  async issueChallenge(
    hospitalId: string,
  ): Promise<{ readonly challenge: Uint8Array; readonly time: number }> {
    return { challenge: await this.challenges.issue(hospitalId), time: this.ports.clock.now() };
  }

  /** Eq. 7: every check before anything is kept; then eq. 8. */
  async confirm(
    hospitalId: string,
    confirmed: ConfirmedRequest,
  ): Promise<Result<{ readonly answer: SealedMessage }>> {
    const { patients, decryption, signatures } = this.ports;
    const { request, challenge, replyKey, signature } = confirmed;
    // Consumed first and whatever follows: a challenge serves one attempt.
    if (!(await this.challenges.consume(challenge, hospitalId))) return refusal('challenge-unknown');
    if (!isHpkeKey(replyKey)) return refusal('message-malformed', 'the reply key is no point of the curve');
    const envelopeHash = sha256(request.envelope);
    const fields = { envelopeHash, challenge, hospitalId, replyKey };
    const wrong = await signatures.check(hospitalId, STATEMENT.visitConfirmation, fields, signature);
    if (wrong) return wrong;
    const opened = await openMessage(VISIT_REQUEST_MESSAGE, request, {
      route: VISIT_ROUTE,
      secretKey: decryption.secretKey,
    });
    if (!opened.ok) return opened;
    const { request: ts, signature: patientSignature, certificate } = opened.values;
    if (ts.hospitalId !== hospitalId) return refusal('hospital-mismatch');
    if (toHex(ts.challenge) !== toHex(challenge)) return refusal('challenge-unknown');
    if (toHex(ts.messageId) !== toHex(request.messageId)) return refusal('message-malformed');
    const unfit = await patients.check(certificate);
    if (unfit) return unfit;
    if (!verifyStatement(certificate.body.signingKey, STATEMENT.visitRequest, ts, patientSignature)) {
      return refusal('signature-invalid');
    }
    const visitId = visitIdOf(challenge, envelopeHash);
    const pid = certificate.body.pid;
    const signed = encodeTemplate(GROUP_SIGNATURE, signature);
    await this.ports.store.run(
      'INSERT INTO visits (pid, visit_id, hospital_id, opened, envelope_hash, signature) VALUES (?, ?, ?, ?, ?, ?)',
      ...[pid, visitId, hospitalId, this.ports.clock.now(), envelopeHash, signed],
    );
    return { ok: true, answer: await this.answer(visitId, pid, envelopeHash, replyKey) };
  }

  /** Eq. 9: no record enters without a valid signature of a doctor, for a visit that was confirmed. */
  async submitRecord(
    hospitalId: string,
    sealed: SealedMessage,
  ): Promise<Result<{ readonly receipt: Receipt }>> {
    const { decryption, signatures, records, store } = this.ports;
    const as = { route: RECORD_ROUTE, secretKey: decryption.secretKey };
    const opened = await openMessage(NEW_RECORD_MESSAGE, sealed, as);
    if (!opened.ok) return opened;
    const { statement, signature, record } = opened.values;
    const wrong = await signatures.check(hospitalId, STATEMENT.newRecord, statement, signature);
    if (wrong) return wrong;
    if (toHex(statement.messageId) !== toHex(sealed.messageId)) return refusal('message-malformed');
    if (statement.hospitalId !== hospitalId) return refusal('hospital-mismatch');
    const { pid, visitId } = statement;
    const known = 'SELECT opened FROM visits WHERE pid = ? AND visit_id = ? AND hospital_id = ?';
    if (!(await one(store, known, pid, visitId, hospitalId))) return refusal('visit-unknown');
    if (toHex(sha256(record)) !== toHex(statement.recordHash)) return refusal('digest-mismatch');
    const parsed = parseRecordDocument(record);
    if (!parsed.ok) return refusal('message-malformed', parsed.failure.sentence);
    if (!equalBytes(parsed.value.pid, pid)) return refusal('patient-mismatch');
    const added = await store.transaction((tx) => records.add({ pid, record, statement, signature }, tx));
    if (!added) return refusal('message-replayed');
    return { ok: true, receipt: signatures.receiptFor(signature) };
  }

  private async answer(
    visitId: Uint8Array,
    pid: Uint8Array,
    requestHash: Uint8Array,
    replyKey: Uint8Array,
  ): Promise<SealedMessage> {
    const { authority, clock, records, rng } = this.ports;
    const messageId = newMessageId(rng);
    const emergencies = await this.ports.emergencies.accessesTo(pid, MOST_ACCESSES);
    const basic: BasicData = { pid: toHex(pid), visitId: toHex(visitId), emergencies };
    const basicData = TEXT.encode(JSON.stringify(basic));
    const earlier = await records.recent(pid);
    const statement = {
      messageId,
      requestHash,
      basicDataHash: sha256(basicData),
      recordsHash: sha256(earlier),
      time: clock.now(),
    };
    const signature = authority.sign(STATEMENT.otherRecords, statement);
    const route = { equation: 8, sender: 'nhi', recipient: 'hospital' } as const;
    const values = { statement, signature, visitId, pid, basicData, records: earlier };
    return sealMessage(OTHER_RECORDS_MESSAGE, values, { route, key: replyKey, messageId }, rng);
  }
}
