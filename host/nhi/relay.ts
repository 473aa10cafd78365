/**
 * The relay (eq. 10, 12): sealed messages wait at NHI for their recipient, so that sender and recipient
 * never meet. NHI knows the recipients' decryption keys by what they announced, and reads nothing.
 */

import type { Clock } from '../clock.js';
import type { SealedMessage } from '../protocol/sealed-message.js';
import { one, type Sql, type Store } from '../storage/store.js';

/** Whom messages wait for. */
export type Recipient = `pharmacy/${string}` | `insurer/${string}`;

type StoredMail = {
  readonly message_id: Uint8Array;
  readonly envelope: Uint8Array;
  readonly received: number;
};

export class Relay {
  constructor(private readonly ports: { readonly store: Store; readonly clock: Clock }) {}

  /** The recipient's decryption key from now on. */
  async announce(recipient: Recipient, decryptionKey: Uint8Array): Promise<void> {
    await this.ports.store.run(
      `INSERT INTO recipients (recipient, decryption_key) VALUES (?, ?)
        ON CONFLICT (recipient) DO UPDATE SET decryption_key = excluded.decryption_key`,
      recipient,
      decryptionKey,
    );
  }

  async keyOf(recipient: Recipient): Promise<Uint8Array | undefined> {
    const found = 'SELECT decryption_key FROM recipients WHERE recipient = ?';
    type Found = { readonly decryption_key: Uint8Array };
    return (await one<Found>(this.ports.store, found, recipient))?.decryption_key;
  }

  /** Keeps a message as part of `tx`; `false` when it is there already. */
  async post(recipient: Recipient, { messageId, envelope }: SealedMessage, tx: Sql): Promise<boolean> {
    const posted = await tx.run(
      'INSERT INTO mailbox (recipient, message_id, received, envelope) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
      ...[recipient, messageId, this.ports.clock.now(), envelope],
    );
    return posted === 1;
  }

  /** What waits, in the order of arrival; each message is given out once. */
  async fetch(recipient: Recipient): Promise<readonly SealedMessage[]> {
    const rows = await this.ports.store.all<StoredMail>(
      'DELETE FROM mailbox WHERE recipient = ? RETURNING message_id, envelope, received',
      recipient,
    );
    return [...rows]
      .sort((a, b) => a.received - b.received)
      .map(({ message_id, envelope }) => ({ messageId: message_id, envelope }));
  }
}
