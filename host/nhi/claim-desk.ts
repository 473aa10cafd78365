/**
 * Claims at insurers (eq. 12): NHI names a claim by visit and item, and keeps what of its sum nobody has
 * paid yet. An insurer spends at NHI before it pays, so that no sum is paid twice.
 */

import { createHmac } from 'node:crypto';
import { STATEMENT, toHex, type ValuesOf } from '../../apdu/index.js';
import type { Clock } from '../clock.js';
import type { Rng } from '../crypto/random.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { verifyStatement } from '../protocol/signed-statement.js';
import { type KeyStore, secretNamed } from '../storage/key-store.js';
import { decide, one, type Sql, type Store } from '../storage/store.js';
import type { PatientRegister } from './patient-register.js';
import { SingleUse } from './single-use.js';

/** What a hospital wants to have paid: an item of a visit, in the smallest unit of the currency. */
export type ClaimRequest = {
  readonly pid: Uint8Array;
  readonly visitId: Uint8Array;
  /** Which of the visit's items. */
  readonly item: number;
  readonly total: number;
  readonly insurerId: string;
};

/** The claim's name, and the nonce of the patient's consent. */
export type OpenClaim = { readonly claimId: Uint8Array; readonly nonce: Uint8Array };

/** An insurer is about to pay. */
export type ClaimSpending = {
  readonly pid: Uint8Array;
  readonly amount: number;
  readonly consent: ValuesOf<(typeof STATEMENT)['claimConsent']['fields']> & {
    readonly signature: Uint8Array;
  };
};

type Spent = {
  readonly insurerId: string;
  readonly pid: Uint8Array;
  readonly claimId: Uint8Array;
  readonly amount: number;
  /** Of the patient's consent: which spending this is. */
  readonly nonce: Uint8Array;
};

/** Consent is given while the patient is there. */
const CONSENT_SECONDS = 24 * 3600;
const CLAIM_ID_BYTES = 16;

export class ClaimDesk {
  private readonly consents: SingleUse;
  private readonly nameKey: Uint8Array;

  constructor(
    private readonly ports: {
      readonly patients: PatientRegister;
      readonly store: Store;
      readonly keys: KeyStore;
      readonly clock: Clock;
      readonly rng: Rng;
    },
  ) {
    this.consents = new SingleUse(ports, 'consent', CONSENT_SECONDS);
    this.nameKey = secretNamed(ports.keys, 'claim-names', () => ports.rng.bytes(32));
  }

  /** For a visit of this hospital; the same item keeps its name and the sum that it was opened with. */
  async open(hospitalId: string, request: ClaimRequest): Promise<Result<OpenClaim>> {
    const { store } = this.ports;
    const { pid, visitId, item, total, insurerId } = request;
    const visit = 'SELECT opened FROM visits WHERE pid = ? AND visit_id = ? AND hospital_id = ?';
    if (!(await one(store, visit, pid, visitId, hospitalId))) return refusal('visit-unknown');
    const mac = createHmac('sha256', this.nameKey).update(visitId).update(Uint8Array.of(item)).digest();
    const claimId = new Uint8Array(mac.subarray(0, CLAIM_ID_BYTES));
    await store.run(
      'INSERT INTO claims (pid, claim_id, total, remaining) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
      ...[pid, claimId, total, total],
    );
    return { ok: true, claimId, nonce: await this.consents.issue(consentPurpose(insurerId, claimId)) };
  }

  /**
   * Takes the amount from what is left, once for each insurer; with the patient's consent to exactly this. The
   * same spending again, whose answer was lost, is answered as it was and takes nothing.
   */
  async spend(insurerId: string, { pid, amount, consent }: ClaimSpending): Promise<Result<object>> {
    const { patients, store } = this.ports;
    const { claimId, nonce, signature } = consent;
    if (consent.insurerId !== insurerId) return refusal('insurer-mismatch');
    const signingKey = await patients.signingKeyOf(pid);
    if (!signingKey) return refusal('certificate-revoked');
    if (!verifyStatement(signingKey, STATEMENT.claimConsent, consent, signature)) {
      return refusal('signature-invalid');
    }
    return decide(store, async (tx) => {
      if (await this.wasTaken({ insurerId, pid, amount }, consent, tx)) return { ok: true };
      if (!(await this.consents.consume(nonce, consentPurpose(insurerId, claimId), tx))) {
        return refusal('nonce-unknown');
      }
      return this.take({ insurerId, pid, claimId, amount, nonce }, tx);
    });
  }

  private async wasTaken(
    { insurerId, pid, amount }: Pick<Spent, 'insurerId' | 'pid' | 'amount'>,
    { claimId, nonce }: Pick<Spent, 'claimId' | 'nonce'>,
    tx: Sql,
  ): Promise<boolean> {
    const found = `SELECT time FROM payouts
      WHERE pid = ? AND claim_id = ? AND insurer_id = ? AND amount = ? AND nonce = ?`;
    return (await one(tx, found, pid, claimId, insurerId, amount, nonce)) !== undefined;
  }

  private async take(spent: Spent, tx: Sql): Promise<Result<object>> {
    const { insurerId, pid, claimId, amount, nonce } = spent;
    const known = 'SELECT remaining FROM claims WHERE pid = ? AND claim_id = ?';
    if (!(await one(tx, known, pid, claimId))) return refusal('claim-unknown');
    const taken = await tx.run(
      'UPDATE claims SET remaining = remaining - ? WHERE pid = ? AND claim_id = ? AND remaining >= ?',
      ...[amount, pid, claimId, amount],
    );
    if (taken === 0) return refusal('claim-spent');
    const paid = await tx.run(
      `INSERT INTO payouts (pid, claim_id, insurer_id, amount, nonce, time) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING`,
      ...[pid, claimId, insurerId, amount, nonce, this.ports.clock.now()],
    );
    return paid === 1 ? { ok: true } : refusal('claim-spent', 'by this insurer before');
  }
}

function consentPurpose(insurerId: string, claimId: Uint8Array): string {
  return `${insurerId}/${toHex(claimId)}`;
}
