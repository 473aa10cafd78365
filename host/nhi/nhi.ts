/**
 * NHI: its services put together, and the doors it opens to others. A hospital or pharmacy gets a
 * door of its own and nothing else; the door knows who came through it.
 */

import {
  type CardBatch,
  type GroupSuite,
  type JoinMode,
  type RoleName,
  STATEMENT,
  type WarrantCertificate,
} from '../../apdu/index.js';
import type { PersonalisationSession } from '../cards/personalisation-session.js';
import type { Clock } from '../clock.js';
import type { EcKeyPair } from '../crypto/ecdsa.js';
import {
  generateIssuerKeys,
  type HostCurve,
  type MclGroupVerifier,
  makeGroupIssuer,
} from '../crypto/group-signature/index.js';
import type { Rng } from '../crypto/random.js';
import type { AgentCollection, DelegationEvidence } from '../protocol/agent-collection.js';
import {
  EpochVerifier,
  groupKeyStatement,
  type Receipt,
  type SignedGroupKey,
} from '../protocol/epoch-verifier.js';
import type { DoctorSignature } from '../protocol/group-signed-statement.js';
import { type Refusal, type Result, refusal } from '../protocol/refusal.js';
import type { SealedMessage } from '../protocol/sealed-message.js';
import { type KeyStore, keyPairNamed, memoryKeyStore } from '../storage/key-store.js';
import { decide, one, type Store } from '../storage/store.js';
import { AuditLog } from './audit-log.js';
import { localEngine, type VerificationEngine } from './batching-verifier.js';
import { CardIssuing } from './card-issuing.js';
import { CertificateAuthority } from './certificate-authority.js';
import { DoctorRegister } from './doctor-register.js';
import { JoinRegister } from './join-register.js';
import { OpeningService } from './opening-service/index.js';
import { PatientRegister } from './patient-register.js';
import {
  type Collection,
  type PrescriptionEntry,
  PrescriptionRegister,
  type SignedPrescription,
} from './prescription-register.js';
import { RecordStore } from './record-store.js';
import { RoleAuthority, type RoleBatch } from './role-authority.js';
import { RootAuthority, type RootKey } from './root-authority.js';
import { SignatureDesk, type SignatureInQuestion, type SignatureStatus } from './signature-desk.js';
import { type ConfirmedRequest, VisitDesk } from './visit-desk.js';
import { WarrantRegister } from './warrant-register.js';

/** What everybody may know of NHI. */
export type NhiPublicKeys = {
  readonly signatureKey: Uint8Array;
  readonly sealingKey: Uint8Array;
  /** PK_GK of the current epoch; those before it are in {@link Nhi.groupKeys}. */
  readonly groupKey: SignedGroupKey;
};

/** What NHI puts onto a card of a role before it is given out. */
export type CardIssue = RootKey &
  RoleBatch & {
    readonly issuerKey: Uint8Array;
    readonly sealingKey: Uint8Array;
    readonly cardSerial: Uint8Array;
    /** Seconds since 1970: the first date the card knows. */
    readonly today: number;
    /** The secure channel through which all of this goes; for one card. */
    readonly session: PersonalisationSession;
  };

/** NHI as a hospital sees it (eq. 6–10). */
export interface HospitalDoor {
  issueChallenge(): Promise<{ readonly challenge: Uint8Array; readonly time: number }>;
  confirmVisit(request: ConfirmedRequest): Promise<Result<{ readonly answer: SealedMessage }>>;
  submitRecord(record: SealedMessage): Promise<Result<{ readonly receipt: Receipt }>>;
  /** Registers the prescription's number (as a hash) and passes the sealed prescription on to its pharmacy. */
  forwardPrescription(entry: PrescriptionEntry, sealed: SealedMessage): Promise<Refusal | undefined>;
  /** The pharmacies' decryption keys. */
  pharmacyKey(pharmacyId: string): Promise<Uint8Array | undefined>;
}

/** NHI as a pharmacy sees it (eq. 16, 17). */
export interface PharmacyDoor {
  /** Sealed prescriptions that wait for this pharmacy; each is given out once. */
  fetchPrescriptions(): Promise<readonly SealedMessage[]>;
  /** Registered for this pharmacy with the terms signed, not spent, and the signature holds. */
  checkPrescription(
    statement: SignedPrescription,
    signature: DoctorSignature,
  ): Promise<Result<{ readonly receipt: Receipt }>>;
  reserve(
    prescriptionId: Uint8Array,
    pid: Uint8Array,
  ): Promise<Result<{ readonly nonce: Uint8Array; readonly time: number }>>;
  commit(collection: Collection): Promise<Refusal | undefined>;
  /** Eq. 19: what it takes to verify a collection under this warrant, if the warrant stands. */
  checkWarrant(warrant: WarrantCertificate): Promise<Result<{ readonly evidence: DelegationEvidence }>>;
  /** As `commit`, for what an agent collected (eq. 18). */
  commitByAgent(collection: AgentCollection): Promise<Refusal | undefined>;
  signatureStatus(asked: SignatureInQuestion): Promise<Result<SignatureStatus>>;
}

/** NHI as an insurer sees it: whether the doctor behind a claim was revoked. */
export interface InsurerDoor {
  signatureStatus(asked: SignatureInQuestion): Promise<Result<SignatureStatus>>;
}

/** An epoch lasts a year, unless a severe case ends it before. */
const EPOCH_SECONDS = 365 * 24 * 3600;
const NO_KEY = new Uint8Array(0);

export type NhiPorts = {
  readonly citizenAuthorityKey: Uint8Array;
  readonly professionAuthorityKey: Uint8Array;
  /** What doctors sign with, and its curve. */
  readonly suite: GroupSuite;
  readonly curve: HostCurve;
  /** What NHI remembers; {@link Nhi.open} goes on from what it finds there. */
  readonly store: Store;
  /** NHI's private keys; they last as long as the run where this is left out. */
  readonly keys?: KeyStore;
  readonly clock: Clock;
  readonly rng: Rng;
  /** Whether doctors may ask NHI to make their member key (`two-party`: they may not). */
  readonly joinMode?: JoinMode;
  /** What verifies the signatures of an epoch; this process, where it is left out. */
  readonly engineFor?: (verifier: MclGroupVerifier) => VerificationEngine;
  /** The batches of blank cards that NHI ordered. */
  readonly cardBatches: readonly CardBatch[];
};

type StoredEpoch = {
  readonly epoch: number;
  readonly public_key: Uint8Array;
  readonly proof: Uint8Array;
  readonly effective: number;
  readonly expires: number;
  readonly signature: Uint8Array;
};

export class Nhi {
  readonly patients: PatientRegister;
  readonly joins: JoinRegister;
  readonly opening: OpeningService;
  readonly doctors: DoctorRegister;
  readonly warrants: WarrantRegister;
  readonly records: RecordStore;
  readonly audit: AuditLog;
  private readonly keys: KeyStore;
  private readonly authority: CertificateAuthority;
  private readonly root: RootAuthority;
  private readonly roles: RoleAuthority;
  private readonly cardIssuing: CardIssuing;
  private readonly decryption: EcKeyPair;
  private readonly verifier: EpochVerifier;
  private readonly signatures: SignatureDesk;
  private readonly published: SignedGroupKey[] = [];
  private readonly visits: VisitDesk;
  private readonly prescriptions: PrescriptionRegister;

  private constructor(private readonly ports: NhiPorts) {
    const { clock, rng, curve, store, keys = memoryKeyStore() } = ports;
    this.keys = keys;
    this.authority = new CertificateAuthority(clock, rng, keys);
    this.decryption = keyPairNamed(keys, 'nhi-decryption', rng);
    this.root = new RootAuthority(clock, rng, keys);
    this.roles = new RoleAuthority(this.root, clock, rng, keys);
    this.cardIssuing = new CardIssuing(ports.cardBatches, rng);
    const { authority, decryption } = this;
    this.patients = new PatientRegister({ ...ports, authority, decryption });
    this.records = new RecordStore(store);
    this.audit = new AuditLog({ authority, store, clock, rng });
    const issuerKey = authority.publicKey;
    this.verifier = new EpochVerifier({ curve, issuerKey, clock, published: () => this.groupKeys });
    const { verifier, audit: log } = this;
    this.opening = new OpeningService({ suite: ports.suite, curve, verifier, log, store, keys, clock, rng });
    this.joins = new JoinRegister({ authority, store, clock });
    const { opening, joins } = this;
    const joinMode = ports.joinMode ?? 'two-party';
    this.doctors = new DoctorRegister({ ...ports, keys, authority, joins, opening, joinMode });
    const engineFor = ports.engineFor ?? ((of) => localEngine(of, rng));
    this.signatures = new SignatureDesk({ verifier, engineFor, opening, authority, clock });
    const { patients, records, signatures } = this;
    this.visits = new VisitDesk({ authority, patients, records, decryption, signatures, store, clock, rng });
    this.warrants = new WarrantRegister({ authority, patients, store, clock, rng });
    this.prescriptions = new PrescriptionRegister({ patients, warrants: this.warrants, store, clock, rng });
  }

  /** NHI as its store and keys have it; with a first epoch, where there was none. */
  static async open(ports: NhiPorts): Promise<Nhi> {
    const nhi = new Nhi(ports);
    const columns = 'epoch, public_key, proof, effective, expires, signature';
    const epochs = await ports.store.all<StoredEpoch>(`SELECT ${columns} FROM epochs ORDER BY epoch`);
    nhi.published.push(...epochs.map(groupKeyOf));
    const current = nhi.published.at(-1);
    if (current) nhi.issueUnder(current);
    else await nhi.beginEpoch();
    return nhi;
  }

  get publicKeys(): NhiPublicKeys {
    return {
      signatureKey: this.authority.publicKey,
      sealingKey: this.decryption.publicKey,
      groupKey: this.doctors.groupKey,
    };
  }

  /** Every group key that NHI has published, oldest first, for verifiers. */
  get groupKeys(): readonly SignedGroupKey[] {
    return [...this.published];
  }

  /** What verifies under the key of any epoch so far, for judges. */
  verifierOf(epoch: number): MclGroupVerifier | undefined {
    return this.verifier.of(epoch);
  }

  /**
   * Begins the next epoch: new keys, each service's secret to that service alone, the public key signed
   * and published. (x, y) of the epoch before is destroyed.
   */
  async beginEpoch(): Promise<SignedGroupKey> {
    const { curve, suite, clock, rng, store } = this.ports;
    const before = this.published.at(-1)?.epoch ?? 0;
    const epoch = before + 1;
    const { openingKey, secretKey, published } = generateIssuerKeys(curve, suite, epoch, rng);
    const effectiveDate = clock.now();
    const dated = { ...published, effectiveDate, expirationDate: effectiveDate + EPOCH_SECONDS };
    const signature = this.authority.sign(STATEMENT.groupKey, groupKeyStatement(dated));
    const key = { ...dated, signature };
    // secrets first: a published key without them would be an epoch in which nobody can join
    this.opening.adoptEpoch(epoch, openingKey);
    this.keys.save(issuingKeyName(epoch), secretKey);
    secretKey.fill(0);
    await store.run(
      'INSERT INTO epochs (epoch, public_key, proof, effective, expires, signature) VALUES (?, ?, ?, ?, ?, ?)',
      ...[epoch, key.publicKey, key.proof, key.effectiveDate, key.expirationDate, signature],
    );
    this.published.push(key);
    this.issueUnder(key);
    this.keys.destroy(issuingKeyName(before));
    return key;
  }

  private issueUnder(key: SignedGroupKey): void {
    const { curve, rng } = this.ports;
    const secretKey = this.keys.load(issuingKeyName(key.epoch));
    if (!secretKey) throw new Error(`the issuing key of epoch ${key.epoch} is missing`);
    const { epoch, publicKey, proof } = key;
    const issuing = { secretKey, openingKey: NO_KEY, published: { epoch, publicKey, proof } };
    const issuer = makeGroupIssuer(curve, issuing, this.doctors.issuingRegister, rng);
    this.doctors.adoptEpoch({ issuer, key, destroy: () => void secretKey.fill(0) });
    const failed = this.verifier.learn();
    if (failed) throw new Error(`NHI refuses its own group key: ${failed.reason}`);
  }

  /**
   * Revokes a doctor: from now on every signature that reaches NHI is tested, and the doctor gets no
   * credential of another epoch. A severe case begins that epoch at once.
   */
  async revokeDoctor(doctorId: string, gravity: 'ordinary' | 'severe'): Promise<Refusal | undefined> {
    const refused = await this.opening.revoke(doctorId);
    if (!refused && gravity === 'severe') await this.beginEpoch();
    return refused;
  }

  /** The personalisation of a card that will hold `role`. */
  issueCard(role: RoleName): CardIssue {
    return {
      issuerKey: this.authority.publicKey,
      sealingKey: this.decryption.publicKey,
      ...this.root.anchor,
      ...this.roles.roleBatch(role),
      cardSerial: this.ports.rng.bytes(8),
      today: this.ports.clock.now(),
      session: this.cardIssuing.openSession(),
    };
  }

  /** Admits a hospital that NHI has a contract with. */
  hospitalDoor(hospitalId: string): HospitalDoor {
    return {
      issueChallenge: () => this.visits.issueChallenge(hospitalId),
      confirmVisit: (request) => this.visits.confirm(hospitalId, request),
      submitRecord: (record) => this.visits.submitRecord(hospitalId, record),
      forwardPrescription: (entry, sealed) => this.forward(entry, sealed),
      pharmacyKey: (pharmacyId) => this.pharmacyKey(pharmacyId),
    };
  }

  /** Admits a pharmacy under its decryption key. */
  async pharmacyDoor(pharmacyId: string, decryptionKey: Uint8Array): Promise<PharmacyDoor> {
    await this.ports.store.run(
      `INSERT INTO pharmacies (pharmacy_id, decryption_key) VALUES (?, ?)
        ON CONFLICT (pharmacy_id) DO UPDATE SET decryption_key = excluded.decryption_key`,
      pharmacyId,
      decryptionKey,
    );
    return {
      fetchPrescriptions: () => this.fetch(pharmacyId),
      checkPrescription: async (statement, signature) => {
        const unfit =
          (await this.prescriptions.checkTerms(pharmacyId, statement)) ??
          (await this.signatures.check(pharmacyId, STATEMENT.prescription, statement, signature));
        return unfit ?? { ok: true, receipt: this.signatures.receiptFor(signature) };
      },
      reserve: (prescriptionId, pid) => this.prescriptions.reserve(pharmacyId, prescriptionId, pid),
      commit: (collection) => this.prescriptions.commit(pharmacyId, collection),
      checkWarrant: async (warrant) =>
        (await this.warrants.check(warrant)) ?? (await this.warrants.evidence(warrant.warrant)),
      commitByAgent: (collection) => this.prescriptions.commitByAgent(pharmacyId, collection),
      signatureStatus: (asked) => this.signatures.status(pharmacyId, asked),
    };
  }

  /** Admits an insurer. */
  insurerDoor(insurerId: string): InsurerDoor {
    return { signatureStatus: (asked) => this.signatures.status(insurerId, asked) };
  }

  /** The number registered and the prescription in its pharmacy's mailbox: both, or neither. */
  private async forward(entry: PrescriptionEntry, sealed: SealedMessage): Promise<Refusal | undefined> {
    const { pharmacyId } = entry;
    const { messageId, envelope } = sealed;
    if (!(await this.pharmacyKey(pharmacyId))) return refusal('pharmacy-unknown');
    const forwarded = await decide(this.ports.store, async (tx): Promise<Result<object>> => {
      const refused = await this.prescriptions.register(entry, tx);
      if (refused) return refused;
      const posted = await tx.run(
        `INSERT INTO mailbox (pharmacy_id, message_id, received, envelope) VALUES (?, ?, ?, ?)
          ON CONFLICT DO NOTHING`,
        ...[pharmacyId, messageId, this.ports.clock.now(), envelope],
      );
      return posted === 1 ? { ok: true } : refusal('message-replayed');
    });
    return forwarded.ok ? undefined : forwarded;
  }

  private async fetch(pharmacyId: string): Promise<readonly SealedMessage[]> {
    const rows = await this.ports.store.all<StoredMail>(
      'DELETE FROM mailbox WHERE pharmacy_id = ? RETURNING message_id, envelope, received',
      pharmacyId,
    );
    return [...rows]
      .sort((a, b) => a.received - b.received)
      .map(({ message_id, envelope }) => ({ messageId: message_id, envelope }));
  }

  private async pharmacyKey(pharmacyId: string): Promise<Uint8Array | undefined> {
    const found = 'SELECT decryption_key FROM pharmacies WHERE pharmacy_id = ?';
    type Found = { readonly decryption_key: Uint8Array };
    return (await one<Found>(this.ports.store, found, pharmacyId))?.decryption_key;
  }
}

type StoredMail = {
  readonly message_id: Uint8Array;
  readonly envelope: Uint8Array;
  readonly received: number;
};

/** Where (x, y) of an epoch is kept, until the next one begins. */
function issuingKeyName(epoch: number): string {
  return `issuing-${epoch}`;
}

function groupKeyOf(stored: StoredEpoch): SignedGroupKey {
  const { epoch, public_key: publicKey, proof, effective, expires, signature } = stored;
  return { epoch, publicKey, proof, effectiveDate: effective, expirationDate: expires, signature };
}
