/** Subsidies (17a): a pharmacy claims what it handed out; NHI pays a collection once, and nothing without one. */

import { equalBytes, STATEMENT } from '../../apdu/index.js';
import type { Clock } from '../clock.js';
import { sha256 } from '../crypto/sha256.js';
import { parseClaimDocument } from '../fhir/index.js';
import { type Receipt, signedStatement } from '../protocol/epoch-verifier.js';
import type { DoctorSignature } from '../protocol/group-signed-statement.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { one, type Store } from '../storage/store.js';
import type { SignedPrescription } from './prescription-register.js';
import type { SignatureDesk } from './signature-desk.js';

/** Both signatures, and the E-Payment. */
export type SubsidyClaim = {
  readonly statement: SignedPrescription;
  /** The doctor's, of eq. 10, with NHI's receipt of eq. 16. */
  readonly signature: DoctorSignature;
  readonly receipt: Receipt;
  /** The patient's of eq. 17, or the agent's of eq. 18. */
  readonly collectionSignature: Uint8Array;
  /** FHIR Claim. */
  readonly payment: Uint8Array;
};

export class SubsidyDesk {
  constructor(
    private readonly ports: {
      readonly signatures: SignatureDesk;
      readonly store: Store;
      readonly clock: Clock;
    },
  ) {}

  /** What NHI pays, once for each collection; the signature of the collection was verified when it was committed. */
  async pay(pharmacyId: string, claim: SubsidyClaim): Promise<Result<{ readonly amount: number }>> {
    const { signatures, store, clock } = this.ports;
    const { statement, signature, receipt, collectionSignature } = claim;
    const { pid, prescriptionId } = statement;
    if (statement.pharmacyId !== pharmacyId) return refusal('pharmacy-mismatch');
    const payment = parseClaimDocument(claim.payment);
    if (!payment.ok) return refusal('message-malformed', payment.failure.sentence);
    if (!equalBytes(payment.value.pid, pid)) return refusal('patient-mismatch');
    const asked = { ...signedStatement(STATEMENT.prescription, statement, signature), signature, receipt };
    const status = await signatures.status(pharmacyId, asked);
    if (!status.ok) return status;
    const { amount } = payment.value;
    const key = [pid, sha256(prescriptionId), sha256(collectionSignature), pharmacyId] as const;
    const paid = await store.run(
      `UPDATE collections SET paid = ?, paid_at = ?
        WHERE pid = ? AND number_hash = ? AND signature_hash = ? AND pharmacy_id = ? AND paid IS NULL`,
      ...[amount, clock.now(), ...key],
    );
    if (paid === 1) return { ok: true, amount };
    const known = await one(
      store,
      'SELECT paid FROM collections WHERE pid = ? AND number_hash = ? AND signature_hash = ? AND pharmacy_id = ?',
      ...key,
    );
    return refusal(known ? 'subsidy-paid' : 'collection-unknown');
  }
}
