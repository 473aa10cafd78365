/** The join register as NHI keeps it: append only, open to everybody. */

import { decodeTemplate, encodeTemplate, STATEMENT } from '../../apdu/index.js';
import type { Clock } from '../clock.js';
import {
  EMPTY_REGISTER_HASH,
  entryHashOf,
  type JoinEntry,
  type JoinRecord,
  type JoinRegisterHead,
} from '../protocol/join-record.js';
import { JOIN_RECORD } from '../protocol/messages.js';
import { one, type Sql } from '../storage/store.js';
import type { CertificateAuthority } from './certificate-authority.js';

type Last = { readonly position: number; readonly entry_hash: Uint8Array };

export class JoinRegister {
  constructor(
    private readonly ports: {
      readonly authority: CertificateAuthority;
      readonly store: Sql;
      readonly clock: Clock;
    },
  ) {}

  /** Whether D stands in a record of any epoch. */
  async has(membershipKey: Uint8Array, sql: Sql = this.ports.store): Promise<boolean> {
    const found = 'SELECT position FROM joins WHERE membership_key = ?';
    return (await one(sql, found, membershipKey)) !== undefined;
  }

  /** Adds a record as part of `tx`. @throws {Error} for a D that is there: the caller has asked {@link has}. */
  async append(join: Omit<JoinRecord, 'position' | 'time'>, tx: Sql): Promise<void> {
    const { membershipKey } = join;
    for (;;) {
      if (await this.has(membershipKey, tx)) throw new Error('this D has joined before');
      const last = await this.last(tx);
      const record = { position: last ? last.position + 1 : 0, time: this.ports.clock.now(), ...join };
      const entryHash = entryHashOf(last?.entry_hash ?? EMPTY_REGISTER_HASH, record);
      const added = await tx.run(
        'INSERT INTO joins (position, membership_key, record, entry_hash) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
        ...[record.position, membershipKey, encodeTemplate(JOIN_RECORD, record), entryHash],
      );
      // another join may have taken the position
      if (added === 1) return;
    }
  }

  /** Everything, for everybody. */
  async entries(): Promise<readonly JoinEntry[]> {
    const rows = await this.ports.store.all<{ readonly record: Uint8Array; readonly entry_hash: Uint8Array }>(
      'SELECT record, entry_hash FROM joins ORDER BY position',
    );
    return rows.map(({ record, entry_hash }) => ({
      record: decodeTemplate(JOIN_RECORD, record),
      entryHash: entry_hash,
    }));
  }

  /** NHI's signature over the register as it is now. */
  async head(): Promise<JoinRegisterHead> {
    const { authority, clock, store } = this.ports;
    const last = await this.last(store);
    const entryHash = last?.entry_hash ?? EMPTY_REGISTER_HASH;
    const statement = { position: last ? last.position + 1 : 0, entryHash, time: clock.now() };
    return { statement, signature: authority.sign(STATEMENT.joinRegisterHead, statement) };
  }

  private last(sql: Sql): Promise<Last | undefined> {
    return one<Last>(sql, 'SELECT position, entry_hash FROM joins ORDER BY position DESC LIMIT 1');
  }
}
