/** The audit log as NHI keeps it: openings of signatures and emergency accesses, append only. */

import { AUDIT_KIND, decodeTemplate, encodeTemplate, STATEMENT } from '../../apdu/index.js';
import type { Clock } from '../clock.js';
import type { OpeningLogEntry } from '../crypto/group-signature/index.js';
import type { Rng } from '../crypto/random.js';
import {
  type AuditEntry,
  type AuditEvent,
  type AuditHead,
  auditHashOf,
  EMPTY_LOG_HASH,
  eventHashOf,
} from '../protocol/audit-chain.js';
import { AUDIT_EVENT } from '../protocol/messages.js';
import { one, type Sql, type Store } from '../storage/store.js';
import type { CertificateAuthority } from './certificate-authority.js';

/** An opening, for whom and why, and where it stands in the log. */
export type LoggedOpening = OpeningLogEntry & {
  readonly reason: string;
  readonly time: number;
  readonly event: AuditEvent;
  readonly entry: AuditEntry;
};

type StoredEntry = {
  readonly position: number;
  readonly time: number;
  readonly event: Uint8Array;
  readonly entry_hash: Uint8Array;
};
const COLUMNS = 'position, time, event, entry_hash';
const SALT_BYTES = 16;

export class AuditLog {
  constructor(
    private readonly ports: {
      readonly authority: CertificateAuthority;
      readonly store: Store;
      readonly clock: Clock;
      readonly rng: Rng;
    },
  ) {}

  /** Durable when it resolves. */
  async recordOpening(opening: OpeningLogEntry & { readonly reason: string }): Promise<LoggedOpening> {
    const { epoch, signatureHash, doctorId, reason } = opening;
    const salt = this.ports.rng.bytes(SALT_BYTES);
    const kind = { auditKind: AUDIT_KIND.opening, salt };
    const event = { ...kind, reason, epoch, signatureHash, ...(doctorId === undefined ? {} : { doctorId }) };
    const entry = await this.ports.store.transaction((tx) => this.append(event, doctorId, tx));
    return { ...opening, time: entry.record.time, event, entry };
  }

  /** Adds an event as part of `tx`; `subject` finds it again for whom it concerns. */
  async append(event: AuditEvent, subject: string | undefined, tx: Sql): Promise<AuditEntry> {
    for (;;) {
      const last = await one<StoredEntry>(tx, `SELECT ${COLUMNS} FROM audit ORDER BY position DESC LIMIT 1`);
      const position = last ? last.position + 1 : 0;
      const record = { position, time: this.ports.clock.now(), eventHash: eventHashOf(event) };
      const entryHash = auditHashOf(last?.entry_hash ?? EMPTY_LOG_HASH, record);
      const added = await tx.run(
        'INSERT INTO audit (position, time, subject, event, entry_hash) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
        ...[position, record.time, subject ?? null, encodeTemplate(AUDIT_EVENT, event), entryHash],
      );
      // another event may have taken the position
      if (added === 1) return { record, entryHash };
    }
  }

  /** Openings, oldest first; of one doctor, who may ask about themselves. */
  async openings(doctorId?: string): Promise<readonly LoggedOpening[]> {
    const found = await this.events(doctorId);
    return found.flatMap(({ event, entry }) => {
      const { auditKind, epoch, signatureHash, reason = '' } = event;
      if (auditKind !== AUDIT_KIND.opening || epoch === undefined || !signatureHash) return [];
      return [
        { epoch, signatureHash, doctorId: event.doctorId, reason, time: entry.record.time, event, entry },
      ];
    });
  }

  /** Events with their entries, oldest first; those about one subject, where it is given. */
  async events(
    subject?: string,
  ): Promise<readonly { readonly event: AuditEvent; readonly entry: AuditEntry }[]> {
    const all = `SELECT ${COLUMNS} FROM audit`;
    const rows = await (subject === undefined
      ? this.ports.store.all<StoredEntry>(`${all} ORDER BY position`)
      : this.ports.store.all<StoredEntry>(`${all} WHERE subject = ? ORDER BY position`, subject));
    return rows.map((row) => ({ event: decodeTemplate(AUDIT_EVENT, row.event), entry: entryOf(row) }));
  }

  /** The chain without the events, for everybody. */
  async entries(from = 0): Promise<readonly AuditEntry[]> {
    const rows = await this.ports.store.all<StoredEntry>(
      `SELECT ${COLUMNS} FROM audit WHERE position >= ? ORDER BY position`,
      from,
    );
    return rows.map(entryOf);
  }

  /** NHI's signature over the log as it is now. */
  async head(): Promise<AuditHead> {
    const { authority, clock, store } = this.ports;
    const last = await one<StoredEntry>(store, `SELECT ${COLUMNS} FROM audit ORDER BY position DESC LIMIT 1`);
    const entryHash = last?.entry_hash ?? EMPTY_LOG_HASH;
    const statement = { position: last ? last.position + 1 : 0, entryHash, time: clock.now() };
    return { statement, signature: authority.sign(STATEMENT.auditHead, statement) };
  }
}

function entryOf({ position, time, event, entry_hash }: StoredEntry): AuditEntry {
  const eventHash = eventHashOf(decodeTemplate(AUDIT_EVENT, event));
  return { record: { position, time, eventHash }, entryHash: entry_hash };
}
