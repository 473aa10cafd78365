/**
 * A private insurer: its decryption key and a line to NHI. It pays what a doctor signed for a patient
 * who agreed and is insured, once (eq. 12); it learns pseudonym and claim, no name and no doctor.
 */

import { equalBytes, STATEMENT, toHex, type ValuesOf } from '../../apdu/index.js';
import type { Clock } from '../clock.js';
import type { EcKeyPair } from '../crypto/ecdsa.js';
import type { Rng } from '../crypto/random.js';
import { sha256 } from '../crypto/sha256.js';
import { parseClaimDocument } from '../fhir/index.js';
import { verifyPatientCertificate } from '../nhi/certificate-authority.js';
import type { InsurerDoor, NhiPublicKeys } from '../nhi/doors.js';
import { deliveries } from '../protocol/deliveries.js';
import { type EpochVerifier, type Receipt, signedStatement } from '../protocol/epoch-verifier.js';
import { INSURANCE_CLAIM_MESSAGE } from '../protocol/messages.js';
import { type Refusal, type Result, refusal } from '../protocol/refusal.js';
import { openMessage, type SealedMessage } from '../protocol/sealed-message.js';
import { verifyStatement } from '../protocol/signed-statement.js';
import { type KeyStore, keyPairNamed, memoryKeyStore } from '../storage/key-store.js';
import type { ClaimLedger } from './claim-ledger.js';

type ClaimMessage = ValuesOf<typeof INSURANCE_CLAIM_MESSAGE>;

/** A claim that was paid, with what a dispute would need. */
export type PaidClaim = {
  readonly message: ClaimMessage;
  readonly amount: number;
  /** NHI's receipt for the doctor's signature. */
  readonly receipt: Receipt | undefined;
};

export type InsurerPorts = {
  readonly insurerId: string;
  readonly nhiKeys: Pick<NhiPublicKeys, 'signatureKey'>;
  /** What doctors' signatures are checked with, across epochs. */
  readonly verifier: EpochVerifier;
  readonly keys?: KeyStore;
  /** What outlives the process; where it is left out, payments are remembered as long as the run. */
  readonly ledger?: ClaimLedger;
  readonly clock: Clock;
  readonly rng: Rng;
  /** The line to NHI. */
  readonly nhi: InsurerDoor;
};

export class Insurer {
  /** By claim, hexadecimal. */
  private readonly paid = new Map<string, PaidClaim>();

  private constructor(
    private readonly ports: InsurerPorts,
    private readonly keys: EcKeyPair,
  ) {}

  static async open(ports: InsurerPorts): Promise<Insurer> {
    const keys = keyPairNamed(ports.keys ?? memoryKeyStore(), 'insurer-decryption', ports.rng);
    const refused = await ports.nhi.announceKey(keys.publicKey);
    if (refused) throw new Error(refused.reason);
    const insurer = new Insurer(ports, keys);
    for (const claim of (await ports.ledger?.paid()) ?? []) insurer.remember(claim);
    return insurer;
  }

  /** Claims that were paid, in the order of payment. */
  get paidClaims(): readonly PaidClaim[] {
    return [...this.paid.values()];
  }

  /** Eq. 12 for everything that waits at NHI. */
  async fetchClaims(): Promise<readonly Result<{ readonly claim: PaidClaim }>[]> {
    const results: Result<{ readonly claim: PaidClaim }>[] = [];
    const { nhi, ledger } = this.ports;
    const settleAll = async (messages: readonly SealedMessage[]): Promise<void> => {
      for (const sealed of messages) {
        const settled = await this.settle(sealed);
        await ledger?.settle(sealed, settled.ok ? settled.claim : undefined);
        results.push(settled);
      }
    };
    for await (const fetched of deliveries(() => nhi.fetchClaims())) {
      // what NHI handed out is kept before NHI may forget it: a restart goes on with it
      await (ledger ? ledger.receive(fetched) : settleAll(fetched));
      await nhi.acknowledgeClaims(fetched.map(({ messageId }) => messageId));
    }
    if (ledger) await settleAll(await ledger.unsettled());
    return results;
  }

  private remember(claim: PaidClaim): void {
    this.paid.set(toHex(claim.message.statement.claimId), claim);
  }

  /** Checks everything, spends the claim at NHI, and only then pays. */
  async settle(sealed: SealedMessage): Promise<Result<{ readonly claim: PaidClaim }>> {
    const route = { equation: 12, sender: 'doctor', recipient: this.ports.insurerId } as const;
    const opened = await openMessage(INSURANCE_CLAIM_MESSAGE, sealed, {
      route,
      secretKey: this.keys.secretKey,
    });
    if (!opened.ok) return opened;
    const message = opened.values;
    if (!equalBytes(message.statement.messageId, sealed.messageId)) return refusal('message-malformed');
    // NHI would say yes again to the same consent
    const paid = this.paid.get(toHex(message.statement.claimId));
    if (paid && equalBytes(paid.message.statement.messageId, sealed.messageId)) {
      return refusal('message-replayed');
    }
    const unfit = this.unfit(message);
    if (unfit) return unfit;
    const document = parseClaimDocument(message.claim);
    if (!document.ok) return refusal('message-malformed', document.failure.sentence);
    const { pid, amount } = document.value;
    if (!equalBytes(pid, message.statement.pid)) return refusal('patient-mismatch');
    const { signature } = message;
    const { domain, statement } = signedStatement(STATEMENT.insuranceClaim, message.statement, signature);
    const known = await this.ports.nhi.signatureStatus({ domain, statement, signature });
    if (!known.ok) return known;
    if (known.status === 'revoked') return refusal('signer-revoked');
    const spent = await this.ports.nhi.spendClaim({ pid, amount, consent: message.consent });
    if (!spent.ok) return spent;
    const claim = { message, amount, receipt: known.receipt };
    this.remember(claim);
    return { ok: true, claim };
  }

  /** A doctor's claim for this insurer, of an insured patient who agreed to it. */
  private unfit({ statement, signature, consent, certificate, claim }: ClaimMessage): Refusal | undefined {
    const { insurerId, nhiKeys, verifier, clock } = this.ports;
    const now = clock.now();
    if (statement.insurerId !== insurerId) return refusal('insurer-mismatch');
    if (!verifyPatientCertificate(nhiKeys.signatureKey, certificate, now)) {
      return refusal('certificate-invalid');
    }
    if (!equalBytes(certificate.body.pid, statement.pid)) return refusal('patient-mismatch');
    if (certificate.body.paidUntil < now) return refusal('insurance-lapsed');
    if (!equalBytes(sha256(claim), statement.claimHash)) return refusal('digest-mismatch');
    const agreed =
      consent.insurerId === insurerId &&
      equalBytes(consent.claimId, statement.claimId) &&
      equalBytes(consent.claimHash, statement.claimHash) &&
      verifyStatement(certificate.body.signingKey, STATEMENT.claimConsent, consent, consent.signature);
    if (!agreed) return refusal('consent-invalid');
    return verifier.check(STATEMENT.insuranceClaim, statement, signature);
  }
}
