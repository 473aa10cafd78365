/**
 * A pharmacy: its decryption key, a security-module card with the role "pharmacy", an authenticated
 * line to NHI. It checks prescriptions (eq. 16) and hands medicine over against the patient's card (eq. 17).
 */

import { equalBytes, STATEMENT, toHex, type ValuesOf } from '../../apdu/index.js';
import { pairCards } from '../cards/card-pairing.js';
import type { PatientCard } from '../cards/patient-card.js';
import type { ProfessionalCard } from '../cards/professional-card.js';
import type { Clock } from '../clock.js';
import type { EcKeyPair } from '../crypto/ecdsa.js';
import type { Rng } from '../crypto/random.js';
import { sha256 } from '../crypto/sha256.js';
import { encodeClaimDocument, type PrescriptionSummary, parsePrescriptionDocument } from '../fhir/index.js';
import { verifyPatientCertificate } from '../nhi/certificate-authority.js';
import type { NhiPublicKeys, PharmacyDoor } from '../nhi/doors.js';
import { type Collection, OFFLINE_NONCE } from '../nhi/prescription-register.js';
import { type AgentCollection, checkAgentCollection, checkWarrant } from '../protocol/agent-collection.js';
import { deliveries } from '../protocol/deliveries.js';
import type { EpochVerifier, Receipt } from '../protocol/epoch-verifier.js';
import { PRESCRIPTION_MESSAGE } from '../protocol/messages.js';
import { type Refusal, type Result, refusal } from '../protocol/refusal.js';
import { openMessage, type SealedMessage } from '../protocol/sealed-message.js';
import { verifyStatement } from '../protocol/signed-statement.js';
import { type KeyStore, keyPairNamed, memoryKeyStore } from '../storage/key-store.js';

/** A prescription that verified, with what a dispute would need. */
export type VerifiedPrescription = {
  readonly message: ValuesOf<typeof PRESCRIPTION_MESSAGE>;
  readonly summary: PrescriptionSummary;
  readonly receipt: Receipt;
};

export type PharmacyPorts = {
  readonly pharmacyId: string;
  readonly nhiKeys: NhiPublicKeys;
  /** What doctors' signatures are checked with, across epochs. */
  readonly verifier: EpochVerifier;
  /** The pharmacy's private keys; they last as long as the run where this is left out. */
  readonly keys?: KeyStore;
  readonly clock: Clock;
  readonly rng: Rng;
  /** The line to NHI. */
  readonly nhi: PharmacyDoor;
};

export class Pharmacy {
  /** By prescription number, hexadecimal. */
  private readonly verified = new Map<string, VerifiedPrescription>();
  /** Messages that were worked on, by identifier in hexadecimal. */
  private readonly seen = new Set<string>();
  /** Signatures against which medicine was handed over without a line, in hexadecimal. */
  private readonly handedOver = new Set<string>();
  /** Collected without a line, not yet known to NHI. */
  private readonly offline: Collection[] = [];

  private constructor(
    private readonly ports: PharmacyPorts,
    private readonly keys: EcKeyPair,
  ) {}

  /** A pharmacy with its line to NHI. */
  static async open(ports: PharmacyPorts): Promise<Pharmacy> {
    const keys = keyPairNamed(ports.keys ?? memoryKeyStore(), 'pharmacy-decryption', ports.rng);
    const refused = await ports.nhi.announceKey(keys.publicKey);
    if (refused) throw new Error(refused.reason);
    return new Pharmacy(ports, keys);
  }

  /** Numbers of the prescriptions that verified, in the order of arrival. */
  get verifiedPrescriptions(): readonly Uint8Array[] {
    return [...this.verified.values()].map(({ message }) => message.statement.prescriptionId);
  }

  /** Eq. 16 for everything that waits at NHI. */
  async fetchPrescriptions(): Promise<readonly Result<{ readonly prescription: VerifiedPrescription }>[]> {
    const { nhi } = this.ports;
    const results: Result<{ readonly prescription: VerifiedPrescription }>[] = [];
    for await (const fetched of deliveries(() => nhi.fetchPrescriptions())) {
      for (const sealed of fetched) {
        // what comes again, because NHI heard no acknowledgement, was worked on before
        if (this.seen.has(toHex(sealed.messageId))) continue;
        results.push(await this.verify(sealed));
        this.seen.add(toHex(sealed.messageId));
      }
      await nhi.acknowledgePrescriptions(fetched.map(({ messageId }) => messageId));
    }
    return results;
  }

  /** Eq. 16: opens and checks one prescription; only a good one is kept. */
  async verify(sealed: SealedMessage): Promise<Result<{ readonly prescription: VerifiedPrescription }>> {
    const { pharmacyId, nhiKeys, verifier, clock } = this.ports;
    const route = { equation: 10, sender: 'doctor', recipient: pharmacyId } as const;
    const opened = await openMessage(PRESCRIPTION_MESSAGE, sealed, { route, secretKey: this.keys.secretKey });
    if (!opened.ok) return opened;
    const message = opened.values;
    const { statement, signature, certificate, prescription } = message;
    const now = clock.now();
    if (!equalBytes(statement.messageId, sealed.messageId)) return refusal('message-malformed');
    if (!verifyPatientCertificate(nhiKeys.signatureKey, certificate, now))
      return refusal('certificate-invalid');
    if (!equalBytes(certificate.body.pid, statement.pid)) return refusal('patient-mismatch');
    if (statement.pharmacyId !== pharmacyId) return refusal('pharmacy-mismatch');
    if (statement.expiry < now) return refusal('prescription-expired');
    const wrong = verifier.check(STATEMENT.prescription, statement, signature);
    if (wrong) return wrong;
    if (!equalBytes(sha256(prescription), statement.prescriptionHash)) return refusal('digest-mismatch');
    const parsed = parsePrescriptionDocument(prescription);
    if (!parsed.ok) return refusal('message-malformed', parsed.failure.sentence);
    if (!equalBytes(parsed.value.pid, statement.pid)) return refusal('patient-mismatch');
    const known = await this.ports.nhi.checkPrescription(statement, signature);
    if (!known.ok) return known;
    const verified = { message, summary: parsed.value.summary, receipt: known.receipt };
    this.verified.set(toHex(statement.prescriptionId), verified);
    return { ok: true, prescription: verified };
  }

  /**
   * Eq. 17: reserves at NHI, has the patient's card confirm, commits at NHI; only then the medicine
   * is handed over. The holder PIN and the pharmacy card's PIN were verified before.
   */
  async handOver(
    patient: PatientCard,
    securityModule: ProfessionalCard,
    prescriptionId: Uint8Array,
  ): Promise<Result<{ readonly signature: Uint8Array }>> {
    const verified = this.verified.get(toHex(prescriptionId));
    if (!verified) return refusal('prescription-unknown');
    const paired = await pairCards(patient, securityModule);
    if (!paired.ok) return paired;
    const reserved = await this.reserve(verified);
    if (!reserved.ok) return reserved;
    const { statement } = reserved;
    const confirmed = await patient.collect(statement);
    if (!confirmed.ok) return confirmed;
    const { signature } = confirmed.data;
    const { signingKey } = verified.message.certificate.body;
    if (!verifyStatement(signingKey, STATEMENT.collection, statement, signature))
      return refusal('signature-invalid');
    const refused = await this.ports.nhi.commit({ statement, signature });
    return refused ?? { ok: true, signature };
  }

  /**
   * Eq. 18 and 19: as {@link handOver}, to an agent who brings the patient's card. The agent PIN of their
   * slot was verified before; the warrant is checked before the card is asked, so that a bad one costs
   * the patient nothing.
   */
  async handOverToAgent(
    patient: PatientCard,
    securityModule: ProfessionalCard,
    prescriptionId: Uint8Array,
  ): Promise<Result<{ readonly collection: AgentCollection }>> {
    const verified = this.verified.get(toHex(prescriptionId));
    if (!verified) return refusal('prescription-unknown');
    const paired = await pairCards(patient, securityModule);
    if (!paired.ok) return paired;
    const shown = await patient.showWarrant();
    if (!shown.ok) return shown;
    const warrant = shown.data;
    const known = await this.ports.nhi.checkWarrant(warrant);
    if (!known.ok) return known;
    const evidence = { ...known.evidence, issuerKey: this.ports.nhiKeys.signatureKey };
    const { pid } = verified.message.statement;
    if (!equalBytes(warrant.warrant.pid, pid)) return refusal('patient-mismatch');
    const unfit = checkWarrant(warrant, evidence);
    if (unfit) return unfit;
    const reserved = await this.reserve(verified);
    if (!reserved.ok) return reserved;
    const { statement } = reserved;
    const confirmed = await patient.collectAsAgent(statement);
    if (!confirmed.ok) return confirmed;
    const collection = { statement, warrant, proxySignature: confirmed.data.proxySignature };
    const refused =
      checkAgentCollection(collection, evidence) ?? (await this.ports.nhi.commitByAgent(collection));
    return refused ?? { ok: true, collection };
  }

  /**
   * Without a line (eq. 17, second step alone): the card's word under a nonce that nobody gave. The
   * pharmacy sends it later ({@link reconcile}), and bears the loss where NHI had counted another one.
   */
  async handOverOffline(
    patient: PatientCard,
    securityModule: ProfessionalCard,
    prescriptionId: Uint8Array,
  ): Promise<Result<{ readonly collection: Collection }>> {
    const verified = this.verified.get(toHex(prescriptionId));
    if (!verified) return refusal('prescription-unknown');
    const paired = await pairCards(patient, securityModule);
    if (!paired.ok) return paired;
    const statement = this.statementOf(verified, { nonce: OFFLINE_NONCE, time: this.ports.clock.now() });
    const confirmed = await patient.collect(statement);
    if (!confirmed.ok) return confirmed;
    const { signature } = confirmed.data;
    const { signingKey } = verified.message.certificate.body;
    if (!verifyStatement(signingKey, STATEMENT.collection, statement, signature))
      return refusal('signature-invalid');
    // the card repeats itself within a second, and NHI would count the same signature as the same collection
    if (this.handedOver.has(toHex(signature))) return refusal('prescription-spent', 'against this signature');
    this.handedOver.add(toHex(signature));
    const collection = { statement, signature };
    this.offline.push(collection);
    return { ok: true, collection };
  }

  /** With the line back: what NHI would not count, which is for a person to look at. */
  async reconcile(): Promise<readonly { readonly collection: Collection; readonly refused: Refusal }[]> {
    const conflicts: { readonly collection: Collection; readonly refused: Refusal }[] = [];
    for (let next = this.offline[0]; next; next = this.offline[0]) {
      const refused = await this.ports.nhi.commit(next);
      if (refused) conflicts.push({ collection: next, refused });
      this.offline.shift();
    }
    return conflicts;
  }

  /** 17a: what NHI pays for a collection that it has counted. */
  async claimSubsidy(
    prescriptionId: Uint8Array,
    collectionSignature: Uint8Array,
    amount: number,
  ): Promise<Result<{ readonly amount: number }>> {
    const verified = this.verified.get(toHex(prescriptionId));
    if (!verified) return refusal('prescription-unknown');
    const { message, receipt } = verified;
    const { statement, signature } = message;
    const day = new Date(this.ports.clock.now() * 1000).toISOString().slice(0, 10);
    const payment = encodeClaimDocument(statement.pid, amount, { day });
    return this.ports.nhi.claimSubsidy({ statement, signature, receipt, collectionSignature, payment });
  }

  /** The statement of one collection under a fresh reservation of NHI. */
  private async reserve(
    verified: VerifiedPrescription,
  ): Promise<Result<{ readonly statement: Collection['statement'] }>> {
    const { prescriptionId, pid } = verified.message.statement;
    const reserved = await this.ports.nhi.reserve(prescriptionId, pid);
    return reserved.ok ? { ok: true, statement: this.statementOf(verified, reserved) } : reserved;
  }

  private statementOf(
    { message }: VerifiedPrescription,
    { nonce, time }: { readonly nonce: Uint8Array; readonly time: number },
  ): Collection['statement'] {
    const { prescriptionId, pid, prescriptionHash } = message.statement;
    return { prescriptionId, pid, pharmacyId: this.ports.pharmacyId, nonce, time, prescriptionHash };
  }
}
