/** Records by pseudonym, each with the doctor's signature that let it in. */

import { type STATEMENT, toHex, type ValuesOf } from '../../apdu/index.js';
import type { DoctorSignature } from '../protocol/group-signed-statement.js';

export type StoredRecord = {
  /** Pseudonym, hexadecimal. */
  readonly pid: string;
  /** FHIR document, JSON in UTF-8. */
  readonly record: Uint8Array;
  readonly statement: ValuesOf<(typeof STATEMENT)['newRecord']['fields']>;
  readonly signature: DoctorSignature;
};

/** Most bytes of earlier records in one answer; newer ones first. */
const ANSWER_BYTES = 48_000;
const DECODER = new TextDecoder('utf-8', { fatal: true });
const ENCODER = new TextEncoder();

export class RecordStore {
  private readonly messages = new Set<string>();
  private readonly byPid = new Map<string, StoredRecord[]>();

  /** Keeps a record; `false` when its message was kept before. */
  add(record: StoredRecord): boolean {
    const messageId = toHex(record.statement.messageId);
    if (this.messages.has(messageId)) return false;
    this.messages.add(messageId);
    const list = this.byPid.get(record.pid) ?? [];
    list.push(record);
    this.byPid.set(record.pid, list);
    return true;
  }

  count(pid: string): number {
    return this.byPid.get(pid)?.length ?? 0;
  }

  /** A JSON array of the newest records that fit one answer, newest first. */
  recent(pid: string): Uint8Array {
    const documents: unknown[] = [];
    let size = 2;
    for (const { record } of [...(this.byPid.get(pid) ?? [])].reverse()) {
      size += record.length + 1;
      if (size > ANSWER_BYTES) break;
      documents.push(JSON.parse(DECODER.decode(record)));
    }
    return ENCODER.encode(JSON.stringify(documents));
  }
}
