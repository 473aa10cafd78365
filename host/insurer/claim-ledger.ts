/**
 * What an insurer remembers: claims that arrived and are not settled, and those that it paid. Byte strings
 * stand in JSON, so that every engine of the storage port keeps them.
 */

import { toHex } from '../../apdu/index.js';
import { fromByteJson, toByteJson } from '../protocol/byte-json.js';
import type { SealedMessage } from '../protocol/sealed-message.js';
import { one, type Row, type Store } from '../storage/store.js';
import type { PaidClaim } from './insurer.js';

type Kept = Row & { readonly content: string };

const TABLES = [
  `CREATE TABLE IF NOT EXISTS insurer_inbox (message_id TEXT NOT NULL, position BIGINT NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (message_id))`,
  `CREATE TABLE IF NOT EXISTS insurer_paid (claim_id TEXT NOT NULL, position BIGINT NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (claim_id))`,
] as const;

export class ClaimLedger {
  private constructor(private readonly store: Store) {}

  static async open(store: Store): Promise<ClaimLedger> {
    for (const table of TABLES) await store.run(table);
    return new ClaimLedger(store);
  }

  /** All of a delivery or nothing; what arrives twice is kept once. */
  async receive(messages: readonly SealedMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await this.store.transaction(async (tx) => {
      const last = await one<{ last: number | null }>(tx, 'SELECT MAX(position) AS last FROM insurer_inbox');
      let position = last?.last ?? 0;
      for (const message of messages) {
        position++;
        await tx.run(
          'INSERT INTO insurer_inbox (message_id, position, content) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
          toHex(message.messageId),
          position,
          toByteJson(message),
        );
      }
    });
  }

  /** In the order of arrival. */
  async unsettled(): Promise<readonly SealedMessage[]> {
    const rows = await this.store.all<Kept>('SELECT content FROM insurer_inbox ORDER BY position');
    return rows.map(({ content }) => fromByteJson(content) as SealedMessage);
  }

  /** The end of a claim: it leaves the inbox and, where it was paid, stands among the paid. */
  async settle({ messageId }: SealedMessage, paid: PaidClaim | undefined): Promise<void> {
    await this.store.transaction(async (tx) => {
      await tx.run('DELETE FROM insurer_inbox WHERE message_id = ?', toHex(messageId));
      if (!paid) return;
      const last = await one<{ last: number | null }>(tx, 'SELECT MAX(position) AS last FROM insurer_paid');
      await tx.run(
        'INSERT INTO insurer_paid (claim_id, position, content) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
        toHex(paid.message.statement.claimId),
        (last?.last ?? 0) + 1,
        toByteJson(paid),
      );
    });
  }

  /** In the order of payment. */
  async paid(): Promise<readonly PaidClaim[]> {
    const rows = await this.store.all<Kept>('SELECT content FROM insurer_paid ORDER BY position');
    return rows.map(({ content }) => fromByteJson(content) as PaidClaim);
  }
}
