/**
 * NHI's audit log as anybody reads it: a chain of entries that name the kind and the time of an event and
 * the hash of what happened. The event itself, salted, is shown to whom it concerns; nobody can change,
 * drop or back-date one without breaking the chain.
 */

import {
  DOMAIN,
  encodeTemplate,
  equalBytes,
  FIELD,
  hashInput,
  STATEMENT,
  type ValuesOf,
} from '../../apdu/index.js';
import { sha256 } from '../crypto/sha256.js';
import { AUDIT_EVENT } from './messages.js';
import { type Refusal, refusal } from './refusal.js';
import { verifyStatement } from './signed-statement.js';

/** What happened; which fields are there follows from the kind. */
export type AuditEvent = ValuesOf<typeof AUDIT_EVENT>;

const AUDIT_RECORD = { position: FIELD.position, time: FIELD.time, eventHash: FIELD.eventHash } as const;
export type AuditRecord = ValuesOf<typeof AUDIT_RECORD>;

/** A record and the hash of the log up to it, 32 bytes. */
export type AuditEntry = { readonly record: AuditRecord; readonly entryHash: Uint8Array };

/** NHI's word on how long the log is. */
export type AuditHead = {
  readonly statement: ValuesOf<(typeof STATEMENT)['auditHead']['fields']>;
  readonly signature: Uint8Array;
};

/** What stands before the first entry. */
export const EMPTY_LOG_HASH = new Uint8Array(32);

export function eventHashOf(event: AuditEvent): Uint8Array {
  return sha256(hashInput(DOMAIN.auditEvent, [encodeTemplate(AUDIT_EVENT, event)]));
}

/** The hash of the log with one more record. */
export function auditHashOf(previous: Uint8Array, record: AuditRecord): Uint8Array {
  return sha256(hashInput(DOMAIN.auditLog, [previous, encodeTemplate(AUDIT_RECORD, record)]));
}

/** `undefined` when the entries are one unbroken chain from `previous` on; otherwise where it breaks. */
export function checkAuditChain(
  entries: readonly AuditEntry[],
  from: { readonly position: number; readonly entryHash: Uint8Array } = {
    position: 0,
    entryHash: EMPTY_LOG_HASH,
  },
): Refusal | undefined {
  let previous = from.entryHash;
  for (const [index, { record, entryHash }] of entries.entries()) {
    const position = from.position + index;
    const linked = record.position === position && equalBytes(auditHashOf(previous, record), entryHash);
    if (!linked) return refusal('audit-log-broken', `entry ${position}`);
    previous = entryHash;
  }
  return undefined;
}

/** Whether NHI signed this head and the log, checked before, goes as far or further. */
export function checkAuditHead(
  issuerKey: Uint8Array,
  entries: readonly AuditEntry[],
  { statement, signature }: AuditHead,
): Refusal | undefined {
  const hash = statement.position === 0 ? EMPTY_LOG_HASH : entries[statement.position - 1]?.entryHash;
  const genuine = verifyStatement(issuerKey, STATEMENT.auditHead, statement, signature);
  if (genuine && hash && equalBytes(hash, statement.entryHash)) return undefined;
  return refusal('audit-log-broken', 'it is not the one of the head');
}
