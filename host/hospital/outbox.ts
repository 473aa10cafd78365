/**
 * Messages of a clinic that has no line: kept in order on the disk, sent in that order, each until NHI has
 * it, and what NHI will not take is kept with the reason for a person to look at.
 */

import type { HospitalDoor } from '../nhi/doors.js';
import type { PrescriptionEntry } from '../nhi/prescription-register.js';
import type { ConfirmedRequest } from '../nhi/visit-desk.js';
import { fromByteJson, toByteJson } from '../protocol/byte-json.js';
import type { Refusal, RefusalCode } from '../protocol/refusal.js';
import type { SealedMessage } from '../protocol/sealed-message.js';
import { nextCounter } from '../storage/counter.js';
import type { Store } from '../storage/store.js';

export type Outgoing =
  | { readonly kind: 'confirmation'; readonly request: ConfirmedRequest }
  | { readonly kind: 'record'; readonly record: SealedMessage }
  | { readonly kind: 'prescription'; readonly entry: PrescriptionEntry; readonly sealed: SealedMessage };

/** What became of what waited. */
export type Delivery = {
  readonly delivered: number;
  /** Refused by NHI, for good. */
  readonly conflicts: readonly { readonly kind: Outgoing['kind']; readonly reason: string }[];
  /** Not sent: the line went down again. */
  readonly waiting: number;
};

/** What NHI says to a message that it has already: the answer was lost, not the message. */
const HAS_IT: Readonly<Record<Outgoing['kind'], RefusalCode>> = {
  confirmation: 'challenge-unknown',
  record: 'message-replayed',
  prescription: 'prescription-known',
};

type Row = {
  readonly position: number;
  readonly kind: string;
  readonly message: string;
  readonly attempts: number;
};

export class Outbox {
  constructor(private readonly store: Store) {}

  /** On the disk when it resolves; all of them or none. */
  async put(messages: readonly Outgoing[]): Promise<void> {
    await this.store.transaction(async (tx) => {
      for (const message of messages) {
        const position = await nextCounter(tx, 'outbox');
        await tx.run(
          'INSERT INTO outbox (position, kind, message, attempts) VALUES (?, ?, ?, 0)',
          ...[position, message.kind, toByteJson(message)],
        );
      }
    });
  }

  /** Sends what waits. @throws whatever the line throws but its being down, which is no error here. */
  async deliver(nhi: HospitalDoor, isDown: (cause: unknown) => boolean): Promise<Delivery> {
    const waiting = await this.store.all<Row>(
      'SELECT position, kind, message, attempts FROM outbox WHERE refused IS NULL ORDER BY position',
    );
    const conflicts: { readonly kind: Outgoing['kind']; readonly reason: string }[] = [];
    let sent = 0;
    for (const row of waiting) {
      const message = fromByteJson(row.message) as Outgoing;
      // noted before it is sent: from now on NHI may have it
      await this.store.run('UPDATE outbox SET attempts = attempts + 1 WHERE position = ?', row.position);
      let refused: Refusal | undefined;
      try {
        refused = await send(nhi, message);
      } catch (cause) {
        if (isDown(cause)) break;
        throw cause;
      }
      sent++;
      if (!refused || (row.attempts > 0 && refused.code === HAS_IT[message.kind])) {
        await this.store.run('DELETE FROM outbox WHERE position = ?', row.position);
        continue;
      }
      conflicts.push({ kind: message.kind, reason: refused.reason });
      await this.store.run('UPDATE outbox SET refused = ? WHERE position = ?', refused.reason, row.position);
    }
    return { delivered: sent - conflicts.length, conflicts, waiting: waiting.length - sent };
  }

  /** What NHI would not take, oldest first. */
  async conflicts(): Promise<readonly { readonly kind: string; readonly refused: string }[]> {
    return this.store.all('SELECT kind, refused FROM outbox WHERE refused IS NOT NULL ORDER BY position');
  }
}

async function send(nhi: HospitalDoor, message: Outgoing): Promise<Refusal | undefined> {
  switch (message.kind) {
    case 'confirmation': {
      const confirmed = await nhi.confirmVisit(message.request);
      return confirmed.ok ? undefined : confirmed;
    }
    case 'record': {
      const taken = await nhi.submitRecord(message.record);
      return taken.ok ? undefined : taken;
    }
    case 'prescription':
      return nhi.forwardPrescription(message.entry, message.sealed);
  }
}
