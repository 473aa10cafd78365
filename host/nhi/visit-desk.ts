/** What NHI does for one authenticated hospital: confirm visits (eq. 6–8) and take records (eq. 9). */

import { NHI_NAME, STATEMENT, toHex, VISIT_REQUEST_MESSAGE } from '../../apdu/index.js';
import type { Clock } from '../clock.js';
import type { EcKeyPair } from '../crypto/ecdsa.js';
import { isHpkeKey } from '../crypto/hpke.js';
import type { Rng } from '../crypto/random.js';
import { sha256 } from '../crypto/sha256.js';
import { parseRecordDocument } from '../fhir/index.js';
import type { Receipt } from '../protocol/epoch-verifier.js';
import type { DoctorSignature } from '../protocol/group-signed-statement.js';
import { NEW_RECORD_MESSAGE, OTHER_RECORDS_MESSAGE } from '../protocol/messages.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { newMessageId, openMessage, type SealedMessage, sealMessage } from '../protocol/sealed-message.js';
import { verifyStatement } from '../protocol/signed-statement.js';
import type { CertificateAuthority } from './certificate-authority.js';
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

type Visit = { readonly hospitalId: string; readonly pid: string };

/** TS is accepted this long after NHI issued the challenge. */
const CHALLENGE_SECONDS = 12 * 3600;
const VISIT_ROUTE = { equation: 6, sender: 'patient', recipient: NHI_NAME } as const;
const RECORD_ROUTE = { equation: 9, sender: 'doctor', recipient: NHI_NAME } as const;
const TEXT = new TextEncoder();

export class VisitDesk {
  private readonly challenges: SingleUse;
  private readonly visits = new Map<string, Visit>();

  constructor(
    private readonly ports: {
      readonly authority: CertificateAuthority;
      readonly patients: PatientRegister;
      readonly records: RecordStore;
      readonly decryption: EcKeyPair;
      readonly signatures: SignatureDesk;
      readonly clock: Clock;
      readonly rng: Rng;
    },
  ) {
    this.challenges = new SingleUse(ports.clock, ports.rng, CHALLENGE_SECONDS);
  }

  issueChallenge(hospitalId: string): { readonly challenge: Uint8Array; readonly time: number } {
    return { challenge: this.challenges.issue(hospitalId), time: this.ports.clock.now() };
  }

  /** Eq. 7: every check before anything is kept; then eq. 8. */
  async confirm(
    hospitalId: string,
    confirmed: ConfirmedRequest,
  ): Promise<Result<{ readonly answer: SealedMessage }>> {
    const { patients, decryption, signatures } = this.ports;
    const { request, challenge, replyKey, signature } = confirmed;
    // Consumed first and whatever follows: a challenge serves one attempt.
    if (!this.challenges.consume(challenge, hospitalId)) return refusal('challenge-unknown');
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
    const unfit = patients.check(certificate);
    if (unfit) return unfit;
    if (!verifyStatement(certificate.body.signingKey, STATEMENT.visitRequest, ts, patientSignature)) {
      return refusal('signature-invalid');
    }
    const visitId = this.ports.rng.bytes(16);
    const pid = certificate.body.pid;
    this.visits.set(toHex(visitId), { hospitalId, pid: toHex(pid) });
    return { ok: true, answer: await this.answer(visitId, pid, envelopeHash, replyKey) };
  }

  /** Eq. 9: no record enters without a valid signature of a doctor, for a visit that was confirmed. */
  async submitRecord(
    hospitalId: string,
    sealed: SealedMessage,
  ): Promise<Result<{ readonly receipt: Receipt }>> {
    const { decryption, signatures, records } = this.ports;
    const as = { route: RECORD_ROUTE, secretKey: decryption.secretKey };
    const opened = await openMessage(NEW_RECORD_MESSAGE, sealed, as);
    if (!opened.ok) return opened;
    const { statement, signature, record } = opened.values;
    const wrong = await signatures.check(hospitalId, STATEMENT.newRecord, statement, signature);
    if (wrong) return wrong;
    if (toHex(statement.messageId) !== toHex(sealed.messageId)) return refusal('message-malformed');
    if (statement.hospitalId !== hospitalId) return refusal('hospital-mismatch');
    const visit = this.visits.get(toHex(statement.visitId));
    const pid = toHex(statement.pid);
    if (visit?.hospitalId !== hospitalId || visit.pid !== pid) return refusal('visit-unknown');
    if (toHex(sha256(record)) !== toHex(statement.recordHash)) return refusal('digest-mismatch');
    const parsed = parseRecordDocument(record);
    if (!parsed.ok) return refusal('message-malformed', parsed.failure.sentence);
    if (toHex(parsed.value.pid) !== pid) return refusal('patient-mismatch');
    if (!records.add({ pid, record, statement, signature })) return refusal('message-replayed');
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
    const basicData = TEXT.encode(JSON.stringify({ pid: toHex(pid), visitId: toHex(visitId) }));
    const earlier = records.recent(toHex(pid));
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
