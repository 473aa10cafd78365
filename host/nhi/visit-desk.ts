/** What NHI does for one authenticated hospital: confirm visits (eq. 6–8) and take records (eq. 9). */

import {
  DOMAIN,
  encodeTemplate,
  equalBytes,
  hashInput,
  NHI_NAME,
  type PatientCertificate,
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
import { one, type Sql, type Store } from '../storage/store.js';
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

/** A visit that was entered, and what the answer tells of its patient. */
type Entered = {
  readonly pid: Uint8Array;
  readonly accesses: readonly EmergencyAccess[];
  /** JSON array, newest first. */
  readonly records: Uint8Array;
};

/** Accesses in an emergency that an answer tells of. */
const MOST_ACCESSES = 10;
/** TS is accepted this long after NHI issued the challenge. */
const CHALLENGE_SECONDS = 12 * 3600;
/** A prescription follows from a visit that was confirmed at most this long before. */
const VISIT_SECONDS = 24 * 3600;
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

  /**
   * Eq. 7, then eq. 8. The challenge is used up, whatever the checks said, in the transaction that keeps the
   * visit: whoever hears nothing of it knows the visit's identifier all the same.
   */
  async confirm(
    hospitalId: string,
    confirmed: ConfirmedRequest,
  ): Promise<Result<{ readonly answer: SealedMessage }>> {
    const { challenge, replyKey, signature } = confirmed;
    const envelopeHash = sha256(confirmed.request.envelope);
    const checked = await this.check(hospitalId, confirmed, envelopeHash);
    const visitId = visitIdOf(challenge, envelopeHash);
    const entered = await this.ports.store.transaction(async (tx): Promise<Result<Entered>> => {
      if (!(await this.challenges.consume(challenge, hospitalId, tx))) return refusal('challenge-unknown');
      if (!checked.ok) return checked;
      const { certificate } = checked;
      const unfit = await this.ports.patients.check(certificate, tx);
      if (unfit) return unfit;
      const { pid } = certificate.body;
      const visit = { pid, visitId, hospitalId, envelopeHash, signature };
      return { ok: true, pid, ...(await this.enter(visit, tx)) };
    });
    if (!entered.ok) return entered;
    return { ok: true, answer: await this.answer({ ...entered, visitId, envelopeHash, replyKey }) };
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
    if (toHex(sha256(record)) !== toHex(statement.recordHash)) return refusal('digest-mismatch');
    const parsed = parseRecordDocument(record);
    if (!parsed.ok) return refusal('message-malformed', parsed.failure.sentence);
    const { pid, visitId } = statement;
    if (!equalBytes(parsed.value.pid, pid)) return refusal('patient-mismatch');
    const refused = await store.transaction(async (tx) => {
      const known = 'SELECT opened FROM visits WHERE pid = ? AND visit_id = ? AND hospital_id = ?';
      if (!(await one(tx, known, pid, visitId, hospitalId))) return refusal('visit-unknown');
      const added = await records.add({ pid, record, statement, signature }, tx);
      return added ? undefined : refusal('message-replayed');
    });
    return refused ?? { ok: true, receipt: signatures.receiptFor(signature) };
  }

  /**
   * Whether this hospital confirmed a visit of this patient within a day: what it takes to register a
   * prescription. By PID, which eq. 10 names anyhow, and not by the visit, which would link it to the record.
   */
  async hasRecent(hospitalId: string, pid: Uint8Array, sql: Sql): Promise<boolean> {
    const found = 'SELECT opened FROM visits WHERE pid = ? AND hospital_id = ? AND opened >= ? LIMIT 1';
    const since = this.ports.clock.now() - VISIT_SECONDS;
    return (await one(sql, found, pid, hospitalId, since)) !== undefined;
  }

  /** What can be checked without the store, but for who was revoked. */
  private async check(
    hospitalId: string,
    { request, challenge, replyKey, signature }: ConfirmedRequest,
    envelopeHash: Uint8Array,
  ): Promise<Result<{ readonly certificate: PatientCertificate }>> {
    const { decryption, signatures } = this.ports;
    if (!isHpkeKey(replyKey)) return refusal('message-malformed', 'the reply key is no point of the curve');
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
    return verifyStatement(certificate.body.signingKey, STATEMENT.visitRequest, ts, patientSignature)
      ? { ok: true, certificate }
      : refusal('signature-invalid');
  }

  /** Keeps the visit, and reads what the answer tells. */
  private async enter(
    visit: {
      readonly pid: Uint8Array;
      readonly visitId: Uint8Array;
      readonly hospitalId: string;
      readonly envelopeHash: Uint8Array;
      readonly signature: DoctorSignature;
    },
    tx: Sql,
  ): Promise<Pick<Entered, 'accesses' | 'records'>> {
    const { pid, visitId, hospitalId, envelopeHash, signature } = visit;
    const signed = encodeTemplate(GROUP_SIGNATURE, signature);
    const [, accesses, records] = await Promise.all([
      tx.run(
        'INSERT INTO visits (pid, visit_id, hospital_id, opened, envelope_hash, signature) VALUES (?, ?, ?, ?, ?, ?)',
        ...[pid, visitId, hospitalId, this.ports.clock.now(), envelopeHash, signed],
      ),
      this.ports.emergencies.accessesTo(pid, MOST_ACCESSES, tx),
      this.ports.records.recent(pid, tx),
    ]);
    return { accesses, records };
  }

  private async answer({
    pid,
    accesses,
    records,
    visitId,
    envelopeHash,
    replyKey,
  }: Entered & {
    readonly visitId: Uint8Array;
    readonly envelopeHash: Uint8Array;
    readonly replyKey: Uint8Array;
  }): Promise<SealedMessage> {
    const { authority, clock, rng } = this.ports;
    const messageId = newMessageId(rng);
    const basic: BasicData = { pid: toHex(pid), visitId: toHex(visitId), emergencies: accesses };
    const basicData = TEXT.encode(JSON.stringify(basic));
    const statement = {
      messageId,
      requestHash: envelopeHash,
      basicDataHash: sha256(basicData),
      recordsHash: sha256(records),
      time: clock.now(),
    };
    const signature = authority.sign(STATEMENT.otherRecords, statement);
    const route = { equation: 8, sender: 'nhi', recipient: 'hospital' } as const;
    const values = { statement, signature, visitId, pid, basicData, records };
    return sealMessage(OTHER_RECORDS_MESSAGE, values, { route, key: replyKey, messageId }, rng);
  }
}
