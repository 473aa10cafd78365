/** Records by pseudonym, each with the doctor's signature that let it in. */

import {
  concatBytes,
  decodeTemplate,
  encodeTemplate,
  STATEMENT,
  utf8ToBytes,
  type ValuesOf,
} from '../../apdu/index.js';
import type { DoctorSignature } from '../protocol/group-signed-statement.js';
import { GROUP_SIGNATURE } from '../protocol/messages.js';
import { one, type Sql } from '../storage/store.js';

export type StoredRecord = {
  readonly pid: Uint8Array;
  /** FHIR document, JSON in UTF-8. */
  readonly record: Uint8Array;
  readonly statement: ValuesOf<(typeof STATEMENT)['newRecord']['fields']>;
  readonly signature: DoctorSignature;
};

/** Most bytes of earlier records in one answer; newer ones first. */
const ANSWER_BYTES = 48_000;
/** Most records that are looked at for an answer: a record is longer than this share of it. */
const ANSWER_RECORDS = 64;
const [OPEN, COMMA, CLOSE] = ['[', ',', ']'].map((text) => utf8ToBytes(text)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
const { fields: STATEMENT_FIELDS } = STATEMENT.newRecord;

export class RecordStore {
  constructor(private readonly store: Sql) {}

  /** Keeps a record as part of `tx`; `false` when its message was kept before. */
  async add({ pid, record, statement, signature }: StoredRecord, tx: Sql): Promise<boolean> {
    const { messageId } = statement;
    const fields = encodeTemplate(STATEMENT_FIELDS, statement);
    const signed = encodeTemplate(GROUP_SIGNATURE, signature);
    for (;;) {
      const added = await tx.run(
        `INSERT INTO records (pid, position, message_id, statement, signature, record)
          SELECT ?, COALESCE(MAX(position) + 1, 0), ?, ?, ?, ? FROM records WHERE pid = ? ON CONFLICT DO NOTHING`,
        ...[pid, messageId, fields, signed, record, pid],
      );
      if (added === 1) return true;
      const known = 'SELECT position FROM records WHERE pid = ? AND message_id = ?';
      if (await one(tx, known, pid, messageId)) return false;
      // somebody else's record of the same patient took the position
    }
  }

  async count(pid: Uint8Array): Promise<number> {
    const counted = 'SELECT COUNT(*) AS count FROM records WHERE pid = ?';
    return (await one<{ readonly count: number }>(this.store, counted, pid))!.count;
  }

  /** A JSON array of the newest records that fit one answer, newest first. */
  async recent(pid: Uint8Array, sql: Sql = this.store): Promise<Uint8Array> {
    const newest = await sql.all<{ readonly record: Uint8Array }>(
      'SELECT record FROM records WHERE pid = ? ORDER BY position DESC LIMIT ?',
      pid,
      ANSWER_RECORDS,
    );
    // each is one JSON document that was checked when it came in
    const documents: Uint8Array[] = [];
    let size = 2;
    for (const { record } of newest) {
      size += record.length + 1;
      if (size > ANSWER_BYTES) break;
      documents.push(documents.length === 0 ? OPEN : COMMA, record);
    }
    return concatBytes(...(documents.length === 0 ? [OPEN] : documents), CLOSE);
  }

  /** Every record of a patient with its signature, oldest first, for a dispute. */
  async signedRecords(pid: Uint8Array): Promise<readonly StoredRecord[]> {
    type Found = {
      readonly record: Uint8Array;
      readonly statement: Uint8Array;
      readonly signature: Uint8Array;
    };
    const all = 'SELECT record, statement, signature FROM records WHERE pid = ? ORDER BY position';
    return (await this.store.all<Found>(all, pid)).map(({ record, statement, signature }) => ({
      pid,
      record,
      statement: decodeTemplate(STATEMENT_FIELDS, statement),
      signature: decodeTemplate(GROUP_SIGNATURE, signature),
    }));
  }
}
