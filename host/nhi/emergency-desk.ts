/**
 * Emergencies (eq. 13 to 15): a doctor asks whose finger this is, under a signature that says where, with
 * which reader and why. Every search is in the audit log before its answer leaves; the patient sees it at
 * the next visit. Hit and miss are answers of one size.
 */

import {
  AUDIT_KIND,
  concatBytes,
  decodeTemplate,
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
import { type Result, refusal } from '../protocol/refusal.js';
import { newMessageId, openMessage, type SealedMessage, sealMessage } from '../protocol/sealed-message.js';
import { type KeyStore, secretNamed } from '../storage/key-store.js';
import { openValue, sealValue } from '../storage/sealed-value.js';
import { one, type Sql, type Store } from '../storage/store.js';
import type { AuditLog } from './audit-log.js';
import type { CertificateAuthority } from './certificate-authority.js';
import type { FingerprintRegister, Identification } from './fingerprint-register.js';
import type { RecordStore } from './record-store.js';
import { type HourlySearch, SearchRate } from './search-rate.js';
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
const LIVE = 1;
/** Every extract has this size, so that its length does not tell whether somebody was found. */
const EXTRACT_BYTES = 4096;
const EXTRACT_CODES = 64;
const FINGERPRINT_ROUTE = { equation: 13, sender: 'doctor', recipient: NHI_NAME } as const;
const OUTCOME = { identified: 1, candidates: 2, 'not-found': 3 } as const;

/** What the hospital sent, once the doctor's signature holds over it. */
type Finger = { readonly salt: Uint8Array; readonly record: Uint8Array };

export class EmergencyDesk {
  private readonly challenges: SingleUse;
  private readonly rate: SearchRate;
  /** What the salts lie under: the hash alone tells nothing about a finger, with its salt it can be tried. */
  private readonly saltKey: Uint8Array;

  constructor(
    private readonly ports: {
      readonly authority: CertificateAuthority;
      readonly decryption: EcKeyPair;
      readonly signatures: SignatureDesk;
      readonly fingerprints: FingerprintRegister;
      readonly records: RecordStore;
      readonly log: AuditLog;
      readonly store: Store;
      readonly keys: KeyStore;
      readonly clock: Clock;
      readonly rng: Rng;
    },
  ) {
    this.challenges = new SingleUse(ports, 'emergency', CHALLENGE_SECONDS);
    this.rate = new SearchRate(ports);
    this.saltKey = secretNamed(ports.keys, 'emergency-salts', () => ports.rng.bytes(32));
  }

  async issueChallenge(
    hospitalId: string,
  ): Promise<{ readonly challenge: Uint8Array; readonly time: number }> {
    return { challenge: await this.challenges.issue(hospitalId), time: this.ports.clock.now() };
  }

  /**
   * Eq. 14 and 15. The challenge is used up whatever the checks said, so that a recorded finger opens nothing
   * again, and one of the hour's searches is taken in the same transaction, before anything is searched.
   */
  async identify(
    hospitalId: string,
    request: EmergencyRequest,
  ): Promise<Result<{ readonly answer: SealedMessage }>> {
    const { fingerprints, store } = this.ports;
    const { statement } = request;
    if (statement.hospitalId !== hospitalId) return refusal('hospital-mismatch');
    const checked = await this.check(request);
    const admitted = await store.transaction(async (tx): Promise<Result<Finger & HourlySearch>> => {
      if (!(await this.challenges.consume(statement.challenge, hospitalId, tx))) {
        return refusal('challenge-unknown');
      }
      if (!checked.ok) return checked;
      const search = await this.rate.take(hospitalId, tx);
      return search ? { ...checked, ...search } : refusal('rate-exceeded');
    });
    if (!admitted.ok) return admitted;
    const searched = await fingerprints.identify(admitted.record);
    if (!searched.ok) {
      await this.rate.giveBack(admitted);
      return searched;
    }
    await this.log(request, admitted.salt, searched.found);
    return { ok: true, answer: await this.answer(request, searched.found) };
  }

  /** Whether this is the finger of a logged search, for a dispute: the finger itself was not kept. */
  async wasSearched(position: number, record: Uint8Array): Promise<boolean> {
    const found = await one<{ readonly statement: Uint8Array; readonly salt: Uint8Array }>(
      this.ports.store,
      'SELECT statement, salt FROM emergencies WHERE position = ?',
      position,
    );
    if (!found) return false;
    const { templateHash } = decodeTemplate(STATEMENT.emergencyRequest.fields, found.statement);
    const salt = openValue(this.saltKey, templateHash, found.salt);
    return equalBytes(sha256(concatBytes(salt, record)), templateHash);
  }

  /** What can be checked without the store, but for who was revoked. */
  private async check({ statement, signature, fingerprint }: EmergencyRequest): Promise<Result<Finger>> {
    const { signatures, decryption } = this.ports;
    if (!isHpkeKey(statement.replyKey)) {
      return refusal('message-malformed', 'the reply key is no point of the curve');
    }
    if (statement.liveness !== LIVE) return refusal('liveness-missing');
    const { hospitalId } = statement;
    const wrong = await signatures.check(hospitalId, STATEMENT.emergencyRequest, statement, signature);
    if (wrong) return wrong;
    const as = { route: FINGERPRINT_ROUTE, secretKey: decryption.secretKey };
    const opened = await openMessage(FINGERPRINT_MESSAGE, fingerprint, as);
    if (!opened.ok) return opened;
    const { salt, fingerprint: record, messageId } = opened.values;
    if (!equalBytes(messageId, fingerprint.messageId)) return refusal('message-malformed');
    return equalBytes(sha256(concatBytes(salt, record)), statement.templateHash)
      ? { ok: true, salt, record }
      : refusal('digest-mismatch');
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

  /** The public chain and the patient's list, together and on the disk before the answer. */
  private log(
    { statement, signature }: EmergencyRequest,
    salt: Uint8Array,
    found: Identification,
  ): Promise<void> {
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
    const sealedSalt = sealValue(this.saltKey, templateHash, salt, rng);
    return store.transaction(async (tx: Sql) => {
      const { record } = await log.append(event, pid && toHex(pid), tx);
      await tx.run(
        `INSERT INTO emergencies (position, hospital_id, time, reason, pid, statement, signature, salt)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[record.position, hospitalId, clock.now(), reason, pid ?? null, fields, signed, sealedSalt],
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
