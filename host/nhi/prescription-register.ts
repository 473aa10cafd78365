/** The spent-list of prescriptions (eq. 10, 16, 17): registered once, reserved, collected by compare-and-set. */

import { STATEMENT, toHex, type ValuesOf } from '../../apdu/index.js';
import type { Clock } from '../clock.js';
import type { Rng } from '../crypto/random.js';
import { sha256 } from '../crypto/sha256.js';
import { type AgentCollection, checkAgentCollection } from '../protocol/agent-collection.js';
import type { COLLECTION_MESSAGE } from '../protocol/messages.js';
import { type Refusal, type Result, refusal } from '../protocol/refusal.js';
import { verifyStatement } from '../protocol/signed-statement.js';
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

type Stored = PrescriptionEntry & { collected: number };

const RESERVATION_SECONDS = 15 * 60;

export class PrescriptionRegister {
  private readonly entries = new Map<string, Stored>();
  private readonly reservations: SingleUse;

  constructor(
    private readonly ports: {
      readonly patients: PatientRegister;
      readonly warrants: WarrantRegister;
      readonly clock: Clock;
      readonly rng: Rng;
    },
  ) {
    this.reservations = new SingleUse(ports.clock, ports.rng, RESERVATION_SECONDS);
  }

  register(entry: PrescriptionEntry): Refusal | undefined {
    const key = toHex(entry.numberHash);
    if (this.entries.has(key)) return refusal('prescription-known');
    this.entries.set(key, { ...entry, collected: 0 });
    return undefined;
  }

  /** Eq. 16: registered for this pharmacy and patient, not expired, something left. */
  check(pharmacyId: string, prescriptionId: Uint8Array, pid: Uint8Array): Refusal | undefined {
    const entry = this.find(prescriptionId);
    if (!entry || toHex(entry.pid) !== toHex(pid)) return refusal('prescription-unknown');
    if (entry.pharmacyId !== pharmacyId) return refusal('pharmacy-mismatch');
    // Refused before the card says yes: a collection that NHI can not commit would be lost to the patient.
    if (!this.ports.patients.signingKeyOf(pid)) return refusal('certificate-revoked');
    if (entry.expiry < this.ports.clock.now()) return refusal('prescription-expired');
    return entry.collected > entry.repeats ? refusal('prescription-spent') : undefined;
  }

  /** As {@link check}, and registered with the terms that the doctor signed. */
  checkTerms(pharmacyId: string, signed: SignedPrescription): Refusal | undefined {
    const unfit = this.check(pharmacyId, signed.prescriptionId, signed.pid);
    if (unfit) return unfit;
    const { expiry, repeats } = this.find(signed.prescriptionId)!;
    const same = signed.pharmacyId === pharmacyId && signed.expiry === expiry && signed.repeats === repeats;
    return same ? undefined : refusal('prescription-differs');
  }

  /** Eq. 17, first step: a nonce for one collection, good for 15 minutes. */
  reserve(
    pharmacyId: string,
    prescriptionId: Uint8Array,
    pid: Uint8Array,
  ): Result<{ readonly nonce: Uint8Array; readonly time: number }> {
    const unfit = this.check(pharmacyId, prescriptionId, pid);
    if (unfit) return unfit;
    const nonce = this.reservations.issue(reservationPurpose(pharmacyId, prescriptionId));
    return { ok: true, nonce, time: this.ports.clock.now() };
  }

  /** Eq. 17, last step: counts the collection if the patient's card signed it; the answer is final. */
  commit(pharmacyId: string, { statement, signature }: Collection): Refusal | undefined {
    return this.commitIf(pharmacyId, statement, () => {
      const signingKey = this.ports.patients.signingKeyOf(statement.pid);
      if (!signingKey) return refusal('certificate-revoked');
      const signed = verifyStatement(signingKey, STATEMENT.collection, statement, signature);
      return signed ? undefined : refusal('signature-invalid');
    });
  }

  /** The last step of eq. 18, in the same counter: whoever comes second finds nothing left. */
  commitByAgent(pharmacyId: string, collection: AgentCollection): Refusal | undefined {
    const { warrants } = this.ports;
    return this.commitIf(pharmacyId, collection.statement, () => {
      const unknown = warrants.check(collection.warrant);
      if (unknown) return unknown;
      const found = warrants.evidence(collection.warrant.warrant);
      return found.ok ? checkAgentCollection(collection, found.evidence) : found;
    });
  }

  private commitIf(
    pharmacyId: string,
    statement: Collection['statement'],
    checkSignature: () => Refusal | undefined,
  ): Refusal | undefined {
    const { prescriptionId, pid } = statement;
    if (statement.pharmacyId !== pharmacyId) return refusal('pharmacy-mismatch');
    const unfit = this.check(pharmacyId, prescriptionId, pid) ?? checkSignature();
    if (unfit) return unfit;
    if (!this.reservations.consume(statement.nonce, reservationPurpose(pharmacyId, prescriptionId))) {
      return refusal('reservation-unknown');
    }
    this.find(prescriptionId)!.collected++;
    return undefined;
  }

  private find(prescriptionId: Uint8Array): Stored | undefined {
    return this.entries.get(toHex(sha256(prescriptionId)));
  }
}

function reservationPurpose(pharmacyId: string, prescriptionId: Uint8Array): string {
  return `${pharmacyId}/${toHex(sha256(prescriptionId))}`;
}
