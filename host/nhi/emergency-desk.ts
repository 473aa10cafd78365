/**
 * Emergencies (eq. 13 to 15): a doctor asks whose finger this is, under a signature that says where, with
 * which reader and why. Every search is in the audit log before its answer leaves; the patient sees it at
 * the next visit. Hit and miss are answers of one size.
 */

import {
  AUDIT_KIND,
  concatBytes,
  encodeTemplate,
  equalBytes,
  NHI_NAME,
  STATEMENT,
  toHex,
  utf8ToBytes,
  type ValuesOf,
} from '../../apdu/index.js';
import type { Clock } from '../clock.js';
import type { EcKeyPair } from '../crypto/ecdsa.js';
import { isHpkeKey } from '../crypto/hpke.js';
import type { Rng } from '../crypto/random.js';
import { sha256 } from '../crypto/sha256.js';
import { parseRecordDocument } from '../fhir/index.js';
import type { DoctorSignature } from '../protocol/group-signed-statement.js';
import { EMERGENCY_MESSAGE, FINGERPRINT_MESSAGE, GROUP_SIGNATURE } from '../protocol/messages.js';
import { type Refusal, type Result, refusal } from '../protocol/refusal.js';
import { newMessageId, openMessage, type SealedMessage, sealMessage } from '../protocol/sealed-message.js';
import { one, type Sql, type Store } from '../storage/store.js';
import type { AuditLog } from './audit-log.js';
import type { CertificateAuthority } from './certificate-authority.js';
import type { FingerprintRegister, Identification } from './fingerprint-register.js';
import type { RecordStore } from './record-store.js';
import type { SignatureDesk } from './signature-desk.js';
import { SingleUse } from './single-use.js';

/** FS sealed to NHI, and what the doctor signed over its hash (eq. 13). */
export type EmergencyRequest = {
  readonly statement: ValuesOf<(typeof STATEMENT)['emergencyRequest']['fields']>;
  readonly signature: DoctorSignature;
  readonly fingerprint: SealedMessage;
};

/** An emergency access, as its patient is told of it. */
export type EmergencyAccess = {
  readonly time: number;
  readonly hospitalId: string;
  readonly reason: string;
};

/** What the treating doctor gets (eq. 15), as JSON in the extract. */
export type EmergencyExtract = {
  readonly outcome: Identification['kind'];
  readonly pid?: string;
  /** Of the newest records, each code once. */
  readonly diagnoses: readonly string[];
  readonly medicines: readonly string[];
};

/** The finger is on the reader when the challenge is asked for. */
const CHALLENGE_SECONDS = 10 * 60;
/** Searches of one hospital in an hour; a large emergency department stays far below. */
const MOST_AN_HOUR = 30;
const HOUR_SECONDS = 3600;
const LIVE = 1;
/** Every extract has this size, so that its length does not tell whether somebody was found. */
const EXTRACT_BYTES = 4096;
const EXTRACT_CODES = 64;
const FINGERPRINT_ROUTE = { equation: 13, sender: 'doctor', recipient: NHI_NAME } as const;
const OUTCOME = { identified: 1, candidates: 2, 'not-found': 3 } as const;

export class EmergencyDesk {
  private readonly challenges: SingleUse;

  constructor(
    private readonly ports: {
      readonly authority: CertificateAuthority;
      readonly decryption: EcKeyPair;
      readonly signatures: SignatureDesk;
      readonly fingerprints: FingerprintRegister;
      readonly records: RecordStore;
      readonly log: AuditLog;
      readonly store: Store;
      readonly clock: Clock;
      readonly rng: Rng;
    },
  ) {
    this.challenges = new SingleUse(ports, 'emergency', CHALLENGE_SECONDS);
  }

  async issueChallenge(
    hospitalId: string,
  ): Promise<{ readonly challenge: Uint8Array; readonly time: number }> {
    return { challenge: await this.challenges.issue(hospitalId), time: this.ports.clock.now() };
  }

  /** Eq. 14 and 15. The challenge is used up first, so that a recorded finger opens nothing again. */
  async identify(
    hospitalId: string,
    request: EmergencyRequest,
  ): Promise<Result<{ readonly answer: SealedMessage }>> {
    const { signatures, fingerprints, decryption } = this.ports;
    const { statement, signature, fingerprint } = request;
    if (statement.hospitalId !== hospitalId) return refusal('hospital-mismatch');
    if (!(await this.challenges.consume(statement.challenge, hospitalId)))
      return refusal('challenge-unknown');
    if (!isHpkeKey(statement.replyKey)) {
      return refusal('message-malformed', 'the reply key is no point of the curve');
    }
    if (statement.liveness !== LIVE) return refusal('liveness-missing');
    const tooMany = await this.tooMany(hospitalId);
    if (tooMany) return tooMany;
    const wrong = await signatures.check(hospitalId, STATEMENT.emergencyRequest, statement, signature);
    if (wrong) return wrong;
    const as = { route: FINGERPRINT_ROUTE, secretKey: decryption.secretKey };
    const opened = await openMessage(FINGERPRINT_MESSAGE, fingerprint, as);
    if (!opened.ok) return opened;
    const { salt, fingerprint: record, messageId } = opened.values;
    if (!equalBytes(messageId, fingerprint.messageId)) return refusal('message-malformed');
    if (!equalBytes(sha256(concatBytes(salt, record)), statement.templateHash)) {
      return refusal('digest-mismatch');
    }
    const searched = await fingerprints.identify(record);
    if (!searched.ok) return searched;
    await this.log(request, searched.found);
    return { ok: true, answer: await this.answer(request, searched.found) };
  }

  /** What the patient was not told yet, at most so many, oldest first. */
  async accessesTo(
    pid: Uint8Array,
    most: number,
    sql: Sql = this.ports.store,
  ): Promise<readonly EmergencyAccess[]> {
    const rows = await sql.all<{
      readonly time: number;
      readonly hospital_id: string;
      readonly reason: string;
    }>(
      'SELECT time, hospital_id, reason FROM emergencies WHERE pid = ? ORDER BY position DESC LIMIT ?',
      pid,
      most,
    );
    return rows.map(({ time, hospital_id, reason }) => ({ time, hospitalId: hospital_id, reason })).reverse();
  }

  private async tooMany(hospitalId: string): Promise<Refusal | undefined> {
    const { store, clock } = this.ports;
    const counted = 'SELECT COUNT(*) AS count FROM emergencies WHERE hospital_id = ? AND time > ?';
    const { count } = (await one<{ readonly count: number }>(
      store,
      counted,
      hospitalId,
      clock.now() - HOUR_SECONDS,
    ))!;
    return count >= MOST_AN_HOUR ? refusal('rate-exceeded') : undefined;
  }

  /** The public chain and the patient's list, together and on the disk before the answer. */
  private log({ statement, signature }: EmergencyRequest, found: Identification): Promise<void> {
    const { log, store, clock, rng } = this.ports;
    const { hospitalId, readerId, reason, templateHash } = statement;
    const { kind, pid, searched } = found;
    const event = {
      auditKind: AUDIT_KIND.emergency,
      salt: rng.bytes(16),
      reason,
      epoch: signature.epoch,
      signatureHash: sha256(signature.groupSignature),
      hospitalId,
      readerId,
      templateHash,
      searched,
      outcome: OUTCOME[kind],
      ...(pid ? { pid } : {}),
    };
    const signed = encodeTemplate(GROUP_SIGNATURE, signature);
    const fields = encodeTemplate(STATEMENT.emergencyRequest.fields, statement);
    return store.transaction(async (tx: Sql) => {
      const { record } = await log.append(event, pid && toHex(pid), tx);
      await tx.run(
        `INSERT INTO emergencies (position, hospital_id, time, reason, pid, statement, signature)
          VALUES (?, ?, ?, ?, ?, ?, ?)`,
        ...[record.position, hospitalId, clock.now(), reason, pid ?? null, fields, signed],
      );
    });
  }

  private async answer({ statement }: EmergencyRequest, found: Identification): Promise<SealedMessage> {
    const { authority, clock, rng } = this.ports;
    const messageId = newMessageId(rng);
    const extract = padded(await this.extractOf(found));
    const requestHash = sha256(encodeTemplate(STATEMENT.emergencyRequest.fields, statement));
    const answer = { messageId, requestHash, recordsHash: sha256(extract), time: clock.now() };
    const signature = authority.sign(STATEMENT.emergencyAnswer, answer);
    const route = { equation: 15, sender: 'nhi', recipient: 'hospital' } as const;
    const to = { route, key: statement.replyKey, messageId };
    return sealMessage(EMERGENCY_MESSAGE, { statement: answer, signature, extract }, to, rng);
  }

  private async extractOf({ kind, pid }: Identification): Promise<EmergencyExtract> {
    if (!pid) return { outcome: kind, diagnoses: [], medicines: [] };
    const diagnoses = new Set<string>();
    const medicines = new Set<string>();
    for (const { record } of (await this.ports.records.signedRecords(pid)).toReversed()) {
      const parsed = parseRecordDocument(record);
      if (!parsed.ok) continue;
      for (const code of parsed.value.diagnoses) diagnoses.add(code);
      for (const code of parsed.value.medicines) medicines.add(code);
    }
    const first = (codes: Set<string>) => [...codes].slice(0, EXTRACT_CODES);
    return { outcome: kind, pid: toHex(pid), diagnoses: first(diagnoses), medicines: first(medicines) };
  }
}

/** JSON may end in spaces. */
function padded(extract: EmergencyExtract): Uint8Array {
  return utf8ToBytes(JSON.stringify(extract).padEnd(EXTRACT_BYTES));
}
