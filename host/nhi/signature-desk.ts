/**
 * NHI's word on doctors' signatures: whether one verifies in an epoch that counts, whether its signer was
 * revoked since, and the receipt that dates it. Hospitals, pharmacies and insurers all come here.
 */

import { encodeTemplate, STATEMENT, type Statement, type ValuesOf } from '../../apdu/index.js';
import type { Clock } from '../clock.js';
import type { MclGroupVerifier } from '../crypto/group-signature/index.js';
import { sha256 } from '../crypto/sha256.js';
import type { EpochVerifier, Receipt } from '../protocol/epoch-verifier.js';
import type { DoctorSignature } from '../protocol/group-signed-statement.js';
import { type Refusal, type Result, refusal } from '../protocol/refusal.js';
import { BatchingVerifier, type EngineFor } from './batching-verifier.js';
import type { CertificateAuthority } from './certificate-authority.js';
import type { OpeningService } from './opening-service/index.js';

/** What a receiver asks about. */
export type SignatureInQuestion = {
  /** Domain tag of the statement. */
  readonly domain: string;
  /** Canonical TLV of the statement's fields. */
  readonly statement: Uint8Array;
  readonly signature: DoctorSignature;
  /** NHI's receipt, where the signature is of an epoch that no longer counts by itself. */
  readonly receipt?: Receipt | undefined;
};

export type SignatureStatus =
  /** With NHI's receipt, unless the signature counts only by an earlier one. */
  { readonly status: 'good'; readonly receipt?: Receipt } | { readonly status: 'revoked' };

export class SignatureDesk {
  /** One for each epoch. */
  private readonly queues = new WeakMap<MclGroupVerifier, BatchingVerifier>();

  constructor(
    private readonly ports: {
      readonly verifier: EpochVerifier;
      /** Makes what verifies under the key of one epoch. */
      readonly engineFor: EngineFor;
      readonly opening: Pick<OpeningService, 'isRevoked'>;
      readonly authority: CertificateAuthority;
      readonly clock: Clock;
    },
  ) {}

  /** `undefined` when the signature verifies over the fields, counts, and its signer is not revoked. */
  async check<const S extends Statement>(
    sender: string,
    { domain, fields: template }: S,
    fields: ValuesOf<S['fields']>,
    signature: DoctorSignature,
  ): Promise<Refusal | undefined> {
    const statement = encodeTemplate(template, fields as never);
    const answer = await this.judge(sender, { domain, statement, signature });
    if (!answer.ok) return answer;
    return answer.status === 'revoked' ? refusal('signer-revoked') : undefined;
  }

  /** Good or revoked, for a signature that verifies; whoever asks learns nothing about the signer. */
  async status(sender: string, asked: SignatureInQuestion): Promise<Result<SignatureStatus>> {
    const judged = await this.judge(sender, asked);
    if (!judged.ok || judged.status === 'revoked' || asked.receipt) return judged;
    return { ...judged, receipt: this.receiptFor(asked.signature) };
  }

  /** Without a receipt, which costs a signature. */
  private async judge(
    sender: string,
    { signature, receipt, domain, statement }: SignatureInQuestion,
  ): Promise<Result<{ readonly status: 'good' | 'revoked' }>> {
    const found = this.ports.verifier.verifierFor(signature, receipt);
    if (!found.ok) return found;
    const signed = { domain, statement, signature: signature.groupSignature };
    const verdict = await this.queueOf(found.verifier).verify(sender, signed);
    if (!verdict.ok) return refusal('group-signature-invalid', verdict.reason);
    const revoked = await this.ports.opening.isRevoked(signature.epoch, signed);
    return { ok: true, status: revoked ? 'revoked' : 'good' };
  }

  /** NHI's statement that it saw this signature, now, in its epoch; only after {@link check}. */
  receiptFor({ groupSignature, epoch }: DoctorSignature): Receipt {
    const statement = { signatureHash: sha256(groupSignature), epoch, time: this.ports.clock.now() };
    return { statement, signature: this.ports.authority.sign(STATEMENT.receipt, statement) };
  }

  private queueOf(verifier: MclGroupVerifier): BatchingVerifier {
    const known = this.queues.get(verifier);
    if (known) return known;
    const key = this.ports.verifier.keyOf(verifier.epoch)!;
    const queue = new BatchingVerifier(this.ports.engineFor(verifier, key));
    this.queues.set(verifier, queue);
    return queue;
  }
}
