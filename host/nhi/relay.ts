/**
 * The relay (eq. 10, 12): sealed messages wait at NHI for their recipient, so that sender and recipient
 * never meet. NHI knows the recipients' decryption keys by what they announced, and reads nothing.
 */

import type { Clock } from '../clock.js';
import { isHpkeKey } from '../crypto/hpke.js';
import { type Refusal, refusal } from '../protocol/refusal.js';
import type { SealedMessage } from '../protocol/sealed-message.js';
import { one, type Sql, type Store } from '../storage/store.js';

/** Whom messages wait for. */
export type Recipient = `pharmacy/${string}` | `insurer/${string}`;

type StoredMail = {
  readonly message_id: Uint8Array;
  readonly envelope: Uint8Array;
};

/** Messages of one answer. */
export const MOST_AT_ONCE = 100;

export class Relay {
  constructor(private readonly ports: { readonly store: Store; readonly clock: Clock }) {}

  /** The recipient's decryption key from now on: a key that nobody can seal to is refused. */
  async announce(recipient: Recipient, decryptionKey: Uint8Array): Promise<Refusal | undefined> {
    if (!isHpkeKey(decryptionKey)) return refusal('message-malformed', 'the key is no point of the curve');
    await this.ports.store.run(
      `INSERT INTO recipients (recipient, decryption_key) VALUES (?, ?)
        ON CONFLICT (recipient) DO UPDATE SET decryption_key = excluded.decryption_key`,
      recipient,
      decryptionKey,
    );
    return undefined;
  }

  async keyOf(recipient: Recipient): Promise<Uint8Array | undefined> {
    const found = 'SELECT decryption_key FROM recipients WHERE recipient = ?';
    type Found = { readonly decryption_key: Uint8Array };
    return (await one<Found>(this.ports.store, found, recipient))?.decryption_key;
  }

  /**
   * Keeps a message as part of `tx`; `false` when it is there already, or was and has been acknowledged: `tx` is then
   * to be undone. Kept first and looked up then, for an acknowledgement that is under way does it the other way round.
   */
  async post(recipient: Recipient, { messageId, envelope }: SealedMessage, tx: Sql): Promise<boolean> {
    const posted = await tx.run(
      'INSERT INTO mailbox (recipient, message_id, received, envelope) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
      ...[recipient, messageId, this.ports.clock.now(), envelope],
    );
    const delivered = 'SELECT time FROM delivered WHERE recipient = ? AND message_id = ?';
    return posted === 1 && !(await one(tx, delivered, recipient, messageId));
  }

  /**
   * What waits longest, in the order of arrival, as much as one answer holds. It goes on waiting until the
   * recipient has acknowledged it: a lost answer loses nothing.
   */
  async fetch(recipient: Recipient): Promise<readonly SealedMessage[]> {
    const rows = await this.ports.store.all<StoredMail>(
      'SELECT message_id, envelope FROM mailbox WHERE recipient = ? ORDER BY received, message_id LIMIT ?',
      recipient,
      MOST_AT_ONCE,
    );
    return rows.map(({ message_id, envelope }) => ({ messageId: message_id, envelope }));
  }

  /** The recipient keeps these messages now; of one that does not wait there is nothing to forget. */
  async acknowledge(recipient: Recipient, messageIds: readonly Uint8Array[]): Promise<void> {
    await this.ports.store.transaction(async (tx) => {
      for (const messageId of messageIds) {
        await tx.run(
          `INSERT INTO delivered (recipient, message_id, time)
            SELECT recipient, message_id, ? FROM mailbox WHERE recipient = ? AND message_id = ? ON CONFLICT DO NOTHING`,
          ...[this.ports.clock.now(), recipient, messageId],
        );
        await tx.run('DELETE FROM mailbox WHERE recipient = ? AND message_id = ?', recipient, messageId);
      }
    });
  }
}
