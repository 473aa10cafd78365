/** The spent-list of prescriptions (eq. 10, 16, 17): registered once, reserved, collected by compare-and-set. */

import { equalBytes, STATEMENT, toHex, type ValuesOf } from '../../apdu/index.js';
import type { Clock } from '../clock.js';
import type { Rng } from '../crypto/random.js';
import { sha256 } from '../crypto/sha256.js';
import { type AgentCollection, checkAgentCollection } from '../protocol/agent-collection.js';
import type { COLLECTION_MESSAGE } from '../protocol/messages.js';
import { type Refusal, type Result, refusal } from '../protocol/refusal.js';
import { verifyStatement } from '../protocol/signed-statement.js';
import { decide, one, type Sql, type Store } from '../storage/store.js';
import type { PatientRegister } from './patient-register.js';
import { SingleUse } from './single-use.js';
import type { WarrantRegister } from './warrant-register.js';

export type Collection = ValuesOf<typeof COLLECTION_MESSAGE>;

/** What NHI keeps of a prescription: the hash of its number, never the number. */
export type PrescriptionEntry = {
  readonly numberHash: Uint8Array;
  readonly pid: Uint8Array;
  readonly pharmacyId: string;
  readonly expiry: number;
  readonly repeats: number;
};

/** What the doctor signed in eq. 10. */
export type SignedPrescription = ValuesOf<(typeof STATEMENT)['prescription']['fields']>;

/** What NHI knows of a collection, whoever collected: all but the prescription's number. */
type Collected = Collection['statement'] & { readonly signature: Uint8Array };

type Stored = {
  readonly pharmacy_id: string;
  readonly expiry: number;
  readonly repeats: number;
  readonly collected: number;
};

const RESERVATION_SECONDS = 15 * 60;

export class PrescriptionRegister {
  private readonly reservations: SingleUse;

  constructor(
    private readonly ports: {
      readonly patients: PatientRegister;
      readonly warrants: WarrantRegister;
      readonly store: Store;
      readonly clock: Clock;
      readonly rng: Rng;
    },
  ) {
    this.reservations = new SingleUse(ports, 'collection', RESERVATION_SECONDS);
  }

  /** As part of `tx`. */
  async register(entry: PrescriptionEntry, tx: Sql): Promise<Refusal | undefined> {
    const { pid, numberHash, pharmacyId, expiry, repeats } = entry;
    const added = await tx.run(
      `INSERT INTO prescriptions (pid, number_hash, pharmacy_id, expiry, repeats, collected)
        VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING`,
      ...[pid, numberHash, pharmacyId, expiry, repeats],
    );
    return added === 1 ? undefined : refusal('prescription-known');
  }

  /** Eq. 16: registered for this pharmacy and patient with the terms that the doctor signed, something left. */
  async checkTerms(pharmacyId: string, signed: SignedPrescription): Promise<Refusal | undefined> {
    const found = await this.find(pharmacyId, signed.prescriptionId, signed.pid);
    if (!found.ok) return found;
    const { expiry, repeats } = found.entry;
    const same = signed.pharmacyId === pharmacyId && signed.expiry === expiry && signed.repeats === repeats;
    return same ? undefined : refusal('prescription-differs');
  }

  /** Eq. 17, first step: a nonce for one collection, good for 15 minutes. */
  async reserve(
    pharmacyId: string,
    prescriptionId: Uint8Array,
    pid: Uint8Array,
  ): Promise<Result<{ readonly nonce: Uint8Array; readonly time: number }>> {
    const found = await this.find(pharmacyId, prescriptionId, pid);
    if (!found.ok) return found;
    const nonce = await this.reservations.issue(reservationPurpose(pharmacyId, prescriptionId));
    return { ok: true, nonce, time: this.ports.clock.now() };
  }

  /** Eq. 17, last step: counts the collection if the patient's card signed it; the answer is final. */
  async commit(pharmacyId: string, { statement, signature }: Collection): Promise<Refusal | undefined> {
    const signingKey = await this.ports.patients.signingKeyOf(statement.pid);
    const checkSignature = () => {
      const signed = signingKey && verifyStatement(signingKey, STATEMENT.collection, statement, signature);
      return signed ? undefined : refusal('signature-invalid');
    };
    return this.commitIf(pharmacyId, { ...statement, signature }, checkSignature);
  }

  /** The last step of eq. 18, in the same counter: whoever comes second finds nothing left. */
  async commitByAgent(pharmacyId: string, collection: AgentCollection): Promise<Refusal | undefined> {
    const { warrants } = this.ports;
    const { statement, warrant, proxySignature } = collection;
    const unknown = await warrants.check(warrant);
    const found = unknown ?? (await warrants.evidence(warrant.warrant));
    const checkSignature = () => (found.ok ? checkAgentCollection(collection, found.evidence) : found);
    return this.commitIf(pharmacyId, { ...statement, signature: proxySignature }, checkSignature);
  }

  /**
   * Every check, then one transaction: the reservation is used up and the counter moves on, or nothing happens.
   * The same collection again, whose answer was lost, is answered as it was and counts nothing.
   */
  private async commitIf(
    pharmacyId: string,
    collected: Collected,
    checkSignature: () => Refusal | undefined,
  ): Promise<Refusal | undefined> {
    const { prescriptionId, pid } = collected;
    if (collected.pharmacyId !== pharmacyId) return refusal('pharmacy-mismatch');
    const found = await this.find(pharmacyId, prescriptionId, pid);
    const unfit = checkSignature();
    const refused = found.ok ? (unfit ?? (await this.spend(collected, found.entry.collected))) : found;
    if (!refused || unfit) return refused;
    return (await this.isCounted(collected)) ? undefined : refused;
  }

  private async isCounted({ pid, prescriptionId, pharmacyId, signature }: Collected): Promise<boolean> {
    const found = `SELECT time FROM collections
      WHERE pid = ? AND number_hash = ? AND signature_hash = ? AND pharmacy_id = ?`;
    const key = [pid, sha256(prescriptionId), sha256(signature), pharmacyId];
    return (await one(this.ports.store, found, ...key)) !== undefined;
  }

  private async spend(collected: Collected, collectedBefore: number): Promise<Refusal | undefined> {
    const { pharmacyId, prescriptionId, nonce } = collected;
    const decided = await decide(this.ports.store, async (tx): Promise<Result<object>> => {
      const reserved = reservationPurpose(pharmacyId, prescriptionId);
      const known = isOffline(nonce) || (await this.reservations.consume(nonce, reserved, tx));
      if (!known) return refusal('reservation-unknown');
      return this.count(collected, collectedBefore, tx);
    });
    return decided.ok ? undefined : decided;
  }

  private async count(
    { pid, prescriptionId, pharmacyId, signature, nonce }: Collected,
    collectedBefore: number,
    tx: Sql,
  ): Promise<Result<object>> {
    const numberHash = sha256(prescriptionId);
    const offline = isOffline(nonce);
    const counted = await tx.run(
      `UPDATE prescriptions SET collected = collected + 1
        WHERE pid = ? AND number_hash = ? AND collected = ? AND collected <= repeats`,
      ...[pid, numberHash, collectedBefore],
    );
    if (counted === 0) return refusal('prescription-spent');
    const kept = await tx.run(
      `INSERT INTO collections (pid, number_hash, signature_hash, pharmacy_id, time, offline)
        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      ...[pid, numberHash, sha256(signature), pharmacyId, this.ports.clock.now(), offline ? 1 : 0],
    );
    // the same signature again is the same collection again
    return kept === 1 ? { ok: true } : refusal('reservation-unknown');
  }

  /** A prescription of this pharmacy and patient that is current and has something left. */
  private async find(
    pharmacyId: string,
    prescriptionId: Uint8Array,
    pid: Uint8Array,
  ): Promise<Result<{ readonly entry: Stored }>> {
    const { store, patients, clock } = this.ports;
    const entry = await one<Stored>(
      store,
      'SELECT pharmacy_id, expiry, repeats, collected FROM prescriptions WHERE pid = ? AND number_hash = ?',
      pid,
      sha256(prescriptionId),
    );
    if (!entry) return refusal('prescription-unknown');
    if (entry.pharmacy_id !== pharmacyId) return refusal('pharmacy-mismatch');
    // Refused before the card says yes: a collection that NHI can not commit would be lost to the patient.
    if (!(await patients.signingKeyOf(pid))) return refusal('certificate-revoked');
    if (entry.expiry < clock.now()) return refusal('prescription-expired');
    return entry.collected > entry.repeats ? refusal('prescription-spent') : { ok: true, entry };
  }
}

/** What stands in place of NHI's nonce where the pharmacy had no line: the card's word alone, checked afterwards. */
export const OFFLINE_NONCE = new Uint8Array(16);

function isOffline(nonce: Uint8Array): boolean {
  return equalBytes(nonce, OFFLINE_NONCE);
}

function reservationPurpose(pharmacyId: string, prescriptionId: Uint8Array): string {
  return `${pharmacyId}/${toHex(sha256(prescriptionId))}`;
}
