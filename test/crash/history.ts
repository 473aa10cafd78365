/** What clients were told, and the checker that holds the store to it; it knows nothing of how NHI works. */

import { createHash } from 'node:crypto';
import type { Store } from '../../host/index.js';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

export type Told = 'acknowledged' | 'refused' | 'nothing';

export class History {
  /** By message. */
  readonly records = new Map<string, Told>();
  /** By prescription number, then by signature. */
  readonly collections = new Map<string, Map<string, Told>>();
  lostAnswers = 0;

  record(messageId: Uint8Array, told: Told): void {
    this.records.set(hex(messageId), told);
  }

  collection(prescriptionId: Uint8Array, signature: Uint8Array, told: Told): void {
    const number = sha256(prescriptionId);
    const known = this.collections.get(number) ?? new Map<string, Told>();
    known.set(sha256(signature), told);
    this.collections.set(number, known);
  }

  /** Everything in which the store contradicts what clients were told. */
  async contradictions(store: Store): Promise<string[]> {
    const found: string[] = [];
    const stored = await store.all<{ readonly message_id: Uint8Array }>('SELECT message_id FROM records');
    const kept = stored.map(({ message_id }) => hex(message_id));
    if (new Set(kept).size !== kept.length) found.push('a record is stored twice');
    for (const [message, told] of this.records)
      if (told === 'acknowledged' && !kept.includes(message)) found.push(`record ${message} is lost`);
    type Row = { readonly number_hash: Uint8Array; readonly signature_hash: Uint8Array };
    const rows = await store.all<Row>('SELECT number_hash, signature_hash FROM collections');
    type Counted = { readonly number_hash: Uint8Array; readonly collected: number; readonly repeats: number };
    for (const { number_hash, collected, repeats } of await store.all<Counted>(
      'SELECT number_hash, collected, repeats FROM prescriptions',
    )) {
      const number = hex(number_hash);
      if (collected > repeats + 1) found.push(`${number} is counted ${collected} times`);
      const given = rows.filter((row) => hex(row.number_hash) === number);
      if (given.length !== collected)
        found.push(`${number}: ${given.length} collections, counted ${collected}`);
      const told = [...(this.collections.get(number) ?? [])].filter(
        ([, answer]) => answer === 'acknowledged',
      );
      if (told.length > repeats + 1) found.push(`${number} was handed out ${told.length} times`);
      for (const [signature] of told)
        if (!given.some((row) => hex(row.signature_hash) === signature))
          found.push(`a collection of ${number} is lost`);
    }
    return found;
  }
}
