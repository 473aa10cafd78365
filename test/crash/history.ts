/** What clients were told, and the checker that holds the store to it; it knows nothing of how NHI works. */

import { createHash } from 'node:crypto';
import type { Store } from '../../host/index.js';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

export type Told = 'acknowledged' | 'refused' | 'nothing';

/** What an insurer was told of one claim. */
type Spending = { readonly insurerId: string; readonly amount: number; readonly told: Told };

export class History {
  /** By message. */
  private readonly records = new Map<string, Told>();
  /** By prescription number, then by signature. */
  private readonly collections = new Map<string, Map<string, Told>>();
  /** By claim, then by insurer. */
  private readonly claims = new Map<string, Map<string, Spending>>();
  /** Answers that contradict one another, whatever the store holds. */
  private readonly found: string[] = [];

  record(messageId: Uint8Array, told: Told): void {
    this.records.set(hex(messageId), told);
  }

  collection(prescriptionId: Uint8Array, signature: Uint8Array, told: Told): void {
    under(this.collections, sha256(prescriptionId)).set(sha256(signature), told);
  }

  spending(claimId: Uint8Array, spending: Spending): void {
    under(this.claims, hex(claimId)).set(spending.insurerId, spending);
  }

  /** An answer that can not be, as a client sees it. */
  wrong(text: string): void {
    this.found.push(text);
  }

  /** Everything in which answers contradict one another, or the store contradicts them. */
  async contradictions(store: Store): Promise<readonly string[]> {
    return [
      ...this.found,
      ...(await this.wrongRecords(store)),
      ...(await this.wrongCollections(store)),
      ...(await this.wrongClaims(store)),
    ];
  }

  private async wrongRecords(store: Store): Promise<string[]> {
    const found: string[] = [];
    const stored = await store.all<{ readonly message_id: Uint8Array }>('SELECT message_id FROM records');
    const kept = stored.map(({ message_id }) => hex(message_id));
    if (new Set(kept).size !== kept.length) found.push('a record is stored twice');
    for (const [message, told] of this.records) {
      if (told === 'acknowledged' && !kept.includes(message)) found.push(`record ${message} is lost`);
      if (told !== 'acknowledged') found.push(`record ${message} of a good visit was ${told}`);
    }
    return found;
  }

  private async wrongCollections(store: Store): Promise<string[]> {
    const found: string[] = [];
    type Row = { readonly number_hash: Uint8Array; readonly signature_hash: Uint8Array };
    const rows = await store.all<Row>('SELECT number_hash, signature_hash FROM collections');
    type Counted = { readonly number_hash: Uint8Array; readonly collected: number; readonly repeats: number };
    for (const { number_hash, collected, repeats } of await store.all<Counted>(
      'SELECT number_hash, collected, repeats FROM prescriptions',
    )) {
      const number = hex(number_hash);
      const told = acknowledged(this.collections.get(number), (answer) => answer);
      const given = rows.filter((row) => hex(row.number_hash) === number);
      if (collected > repeats + 1) found.push(`${number} is counted ${collected} times`);
      if (given.length !== collected)
        found.push(`${number}: ${given.length} collections, ${collected} counted`);
      if (this.collections.has(number) && told.length !== repeats + 1) {
        found.push(`${number} was handed out ${told.length} times`);
      }
      for (const signature of told) {
        if (!given.some((row) => hex(row.signature_hash) === signature)) {
          found.push(`a collection of ${number} is lost`);
        }
      }
    }
    return found;
  }

  private async wrongClaims(store: Store): Promise<string[]> {
    const found: string[] = [];
    type Claim = { readonly claim_id: Uint8Array; readonly total: number; readonly remaining: number };
    type Payout = { readonly claim_id: Uint8Array; readonly insurer_id: string; readonly amount: number };
    const claims = await store.all<Claim>('SELECT claim_id, total, remaining FROM claims');
    const payouts = await store.all<Payout>('SELECT claim_id, insurer_id, amount FROM payouts');
    for (const [claim, spendings] of this.claims) {
      const kept = claims.find(({ claim_id }) => hex(claim_id) === claim);
      const paid = payouts.filter(({ claim_id }) => hex(claim_id) === claim);
      const sum = paid.reduce((all, { amount }) => all + amount, 0);
      if (!kept || sum !== kept.total - kept.remaining || sum > kept.total) {
        found.push(`claim ${claim}: ${sum} paid, which is not what is missing of it`);
      }
      const told = acknowledged(spendings, (spending) => spending.told);
      // each insurer asked for the whole of it
      if (told.length !== 1) found.push(`claim ${claim} was paid by ${told.length} insurers`);
      for (const insurerId of told) {
        if (!paid.some(({ insurer_id }) => insurer_id === insurerId))
          found.push(`a payout of ${claim} is lost`);
      }
    }
    return found;
  }
}

function under<V>(map: Map<string, Map<string, V>>, key: string): Map<string, V> {
  const known = map.get(key) ?? new Map<string, V>();
  map.set(key, known);
  return known;
}

function acknowledged<V>(answers: Map<string, V> | undefined, told: (answer: V) => Told): string[] {
  return [...(answers ?? [])].filter(([, answer]) => told(answer) === 'acknowledged').map(([key]) => key);
}
