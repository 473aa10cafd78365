/**
 * Doctors' signatures across epochs, one rule for every receiver: the current epoch, the one before it
 * for a day, an older one only with NHI's receipt dated in it. The time inside a statement is the
 * signer's claim and proves nothing.
 */

import {
  encodeTemplate,
  equalBytes,
  STATEMENT,
  type Statement,
  suiteOfPublicKey,
  type ValuesOf,
} from '../../apdu/index.js';
import type { Clock } from '../clock.js';
import {
  type HostCurve,
  loadGroupVerifier,
  type MclGroupVerifier,
  type PublishedGroupKey,
  type SignedStatement,
} from '../crypto/group-signature/index.js';
import { sha256 } from '../crypto/sha256.js';
import type { DoctorSignature } from './group-signed-statement.js';
import type { RECEIPT } from './messages.js';
import { type Refusal, type Result, refusal } from './refusal.js';
import { verifyStatement } from './signed-statement.js';

export type Receipt = ValuesOf<typeof RECEIPT>;

/** PK_GK of an epoch with its dates, under SK_NHI. */
export type SignedGroupKey = PublishedGroupKey & {
  readonly effectiveDate: number;
  readonly expirationDate: number;
  readonly signature: Uint8Array;
};

/** The previous epoch is accepted this long after a new one began. */
export const GRACE_SECONDS = 24 * 3600;

type Epoch = { readonly key: SignedGroupKey; readonly verifier: MclGroupVerifier };

/** What NHI signs of a group key. */
export function groupKeyStatement(
  key: Omit<SignedGroupKey, 'signature' | 'proof'>,
): ValuesOf<(typeof STATEMENT)['groupKey']['fields']> {
  const { epoch, publicKey, effectiveDate, expirationDate } = key;
  const suite = suiteOfPublicKey(publicKey)?.id ?? 0;
  return { suite, epoch, groupKeyHash: sha256(publicKey), effectiveDate, expirationDate };
}

export class EpochVerifier {
  /** In ascending order; never shorter than before. */
  private readonly epochs: Epoch[] = [];

  constructor(
    private readonly ports: {
      readonly curve: HostCurve;
      /** PK_NHI. */
      readonly issuerKey: Uint8Array;
      readonly clock: Clock;
      /** Where NHI publishes its group keys. */
      readonly published: () => readonly SignedGroupKey[];
    },
  ) {}

  /** Takes over what NHI has published since; a key that is not genuine, or not of a higher epoch, is refused. */
  learn(): Refusal | undefined {
    for (const key of this.ports.published()) {
      if (key.epoch <= (this.epochs.at(-1)?.key.epoch ?? 0)) continue;
      const { issuerKey, curve } = this.ports;
      if (!verifyStatement(issuerKey, STATEMENT.groupKey, groupKeyStatement(key), key.signature)) {
        return refusal('group-key-invalid');
      }
      const loaded = loadGroupVerifier(curve, key);
      if (!loaded.ok) return refusal('group-key-invalid', loaded.reason);
      this.epochs.push({ key, verifier: loaded.verifier });
    }
    return undefined;
  }

  /** The epoch that counts now; `undefined` before the first key. */
  get current(): MclGroupVerifier | undefined {
    return this.epochs[this.currentIndex()]?.verifier;
  }

  /** The verifier of any epoch that was published, for openings and disputes. */
  of(epoch: number): MclGroupVerifier | undefined {
    return this.epochs.find(({ key }) => key.epoch === epoch)?.verifier;
  }

  /** The published key of an epoch that {@link of} knows. */
  keyOf(epoch: number): SignedGroupKey | undefined {
    return this.epochs.find(({ key }) => key.epoch === epoch)?.key;
  }

  /** Whether a signature's epoch counts now, and what verifies it; nothing of the signature is checked yet. */
  verifierFor(
    signature: DoctorSignature,
    receipt?: Receipt,
  ): Result<{ readonly verifier: MclGroupVerifier }> {
    const failed = this.learn();
    if (failed) return failed;
    const index = this.epochs.findIndex(({ key }) => key.epoch === signature.epoch);
    const epoch = this.epochs[index];
    if (!epoch || signature.suite !== epoch.verifier.suite.id) return refusal('epoch-mismatch');
    const { verifier } = epoch;
    const now = this.ports.clock.now();
    const current = this.currentIndex();
    if (index === current && now <= epoch.key.expirationDate) return { ok: true, verifier };
    if (index === current - 1 && now <= this.endOfGrace(index)) return { ok: true, verifier };
    if (!receipt || index > current) return refusal('epoch-mismatch');
    const dated =
      receipt.statement.epoch === signature.epoch &&
      receipt.statement.time >= epoch.key.effectiveDate &&
      receipt.statement.time <= this.endOfGrace(index);
    const genuine =
      dated &&
      equalBytes(receipt.statement.signatureHash, sha256(signature.groupSignature)) &&
      verifyStatement(this.ports.issuerKey, STATEMENT.receipt, receipt.statement, receipt.signature);
    return genuine ? { ok: true, verifier } : refusal('receipt-invalid');
  }

  /** `undefined` when the signature holds over these fields and counts; otherwise why not. */
  check<const S extends Statement>(
    statement: S,
    fields: ValuesOf<S['fields']>,
    signature: DoctorSignature,
    receipt?: Receipt,
  ): Refusal | undefined {
    const found = this.verifierFor(signature, receipt);
    if (!found.ok) return found;
    const verdict = found.verifier.verify(signedStatement(statement, fields, signature));
    return verdict.ok ? undefined : refusal('group-signature-invalid', verdict.reason);
  }

  private currentIndex(): number {
    const now = this.ports.clock.now();
    return this.epochs.findLastIndex(({ key }) => key.effectiveDate <= now);
  }

  /** When signatures of an epoch stop counting by themselves. */
  private endOfGrace(index: number): number {
    const next = this.epochs[index + 1]?.key.effectiveDate;
    return next === undefined ? this.epochs[index]!.key.expirationDate : next + GRACE_SECONDS;
  }
}

/** A statement and its signature as verifiers take them. */
export function signedStatement<const S extends Statement>(
  statement: S,
  fields: ValuesOf<S['fields']>,
  { groupSignature }: DoctorSignature,
): SignedStatement {
  const { domain } = statement;
  return { domain, statement: encodeTemplate(statement.fields, fields), signature: groupSignature };
}
