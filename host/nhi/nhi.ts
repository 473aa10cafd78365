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
import { type EcKeyPair, generateEcKeyPair } from '../crypto/ecdsa.js';
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
  issueChallenge(): { readonly challenge: Uint8Array; readonly time: number };
  confirmVisit(request: ConfirmedRequest): Promise<Result<{ readonly answer: SealedMessage }>>;
  submitRecord(record: SealedMessage): Promise<Result<{ readonly receipt: Receipt }>>;
  /** Registers the prescription's number (as a hash) and passes the sealed prescription on to its pharmacy. */
  forwardPrescription(entry: PrescriptionEntry, sealed: SealedMessage): Promise<Refusal | undefined>;
  /** The pharmacies' decryption keys. */
  pharmacyKey(pharmacyId: string): Uint8Array | undefined;
}

/** NHI as a pharmacy sees it (eq. 16, 17). */
export interface PharmacyDoor {
  /** Sealed prescriptions that wait for this pharmacy; each is given out once. */
  fetchPrescriptions(): readonly SealedMessage[];
  /** Registered for this pharmacy with the terms signed, not spent, and the signature holds. */
  checkPrescription(
    statement: SignedPrescription,
    signature: DoctorSignature,
  ): Promise<Result<{ readonly receipt: Receipt }>>;
  reserve(
    prescriptionId: Uint8Array,
    pid: Uint8Array,
  ): Result<{ readonly nonce: Uint8Array; readonly time: number }>;
  commit(collection: Collection): Refusal | undefined;
  /** Eq. 19: what it takes to verify a collection under this warrant, if the warrant stands. */
  checkWarrant(warrant: WarrantCertificate): Result<{ readonly evidence: DelegationEvidence }>;
  /** As `commit`, for what an agent collected (eq. 18). */
  commitByAgent(collection: AgentCollection): Refusal | undefined;
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
  readonly clock: Clock;
  readonly rng: Rng;
  /** Whether doctors may ask NHI to make their member key (`two-party`: they may not). */
  readonly joinMode?: JoinMode;
  /** What verifies the signatures of an epoch; this process, where it is left out. */
  readonly engineFor?: (verifier: MclGroupVerifier) => VerificationEngine;
  /** The batches of blank cards that NHI ordered. */
  readonly cardBatches: readonly CardBatch[];
};

export class Nhi {
  readonly patients: PatientRegister;
  readonly joins: JoinRegister;
  readonly opening: OpeningService;
  readonly doctors: DoctorRegister;
  readonly warrants: WarrantRegister;
  readonly records = new RecordStore();
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
  private readonly pharmacyKeys = new Map<string, Uint8Array>();
  private readonly mailboxes = new Map<string, SealedMessage[]>();

  constructor(private readonly ports: NhiPorts) {
    const { clock, rng, curve } = ports;
    this.authority = new CertificateAuthority(clock, rng);
    this.decryption = generateEcKeyPair(rng);
    this.root = new RootAuthority(clock, rng);
    this.roles = new RoleAuthority(this.root, clock, rng);
    this.cardIssuing = new CardIssuing(ports.cardBatches, rng);
    const { authority, decryption } = this;
    this.patients = new PatientRegister({ ...ports, authority, decryption });
    const issuerKey = authority.publicKey;
    this.verifier = new EpochVerifier({ curve, issuerKey, clock, published: () => this.groupKeys });
    const { verifier } = this;
    this.opening = new OpeningService({ suite: ports.suite, curve, verifier, clock, rng });
    this.joins = new JoinRegister({ authority, clock });
    const { opening, joins } = this;
    const joinMode = ports.joinMode ?? 'two-party';
    this.doctors = new DoctorRegister({ ...ports, authority, joins, opening, joinMode });
    const engineFor = ports.engineFor ?? ((of) => localEngine(of, rng));
    this.signatures = new SignatureDesk({ verifier, engineFor, opening, authority, clock });
    const { patients, records, signatures } = this;
    this.visits = new VisitDesk({ authority, patients, records, decryption, signatures, clock, rng });
    this.beginEpoch();
    this.warrants = new WarrantRegister({ authority, patients, clock, rng });
    this.prescriptions = new PrescriptionRegister({ patients, warrants: this.warrants, clock, rng });
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
   * and published. (x, y) of the epoch before is gone with its issuer.
   */
  beginEpoch(): SignedGroupKey {
    const { curve, suite, clock, rng } = this.ports;
    const epoch = (this.published.at(-1)?.epoch ?? 0) + 1;
    const { openingKey, ...keys } = generateIssuerKeys(curve, suite, epoch, rng);
    const effectiveDate = clock.now();
    const dated = { ...keys.published, effectiveDate, expirationDate: effectiveDate + EPOCH_SECONDS };
    const signature = this.authority.sign(STATEMENT.groupKey, groupKeyStatement(dated));
    const key = { ...dated, signature };
    this.opening.adoptEpoch(epoch, openingKey);
    const issuing = { ...keys, openingKey: NO_KEY };
    const issuer = makeGroupIssuer(curve, issuing, this.doctors.issuingRegister, rng);
    this.doctors.adoptEpoch({ issuer, key, destroy: () => void keys.secretKey.fill(0) });
    this.published.push(key);
    const failed = this.verifier.learn();
    if (failed) throw new Error(`NHI refuses its own group key: ${failed.reason}`);
    return key;
  }

  /**
   * Revokes a doctor: from now on every signature that reaches NHI is tested, and the doctor gets no
   * credential of another epoch. A severe case begins that epoch at once.
   */
  revokeDoctor(doctorId: string, gravity: 'ordinary' | 'severe'): Refusal | undefined {
    const refused = this.opening.revoke(doctorId);
    if (!refused && gravity === 'severe') this.beginEpoch();
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
      forwardPrescription: async (entry, sealed) => {
        const mailbox = this.mailboxes.get(entry.pharmacyId);
        if (!mailbox) return refusal('pharmacy-unknown');
        const refused = this.prescriptions.register(entry);
        if (!refused) mailbox.push(sealed);
        return refused;
      },
      pharmacyKey: (pharmacyId) => this.pharmacyKeys.get(pharmacyId),
    };
  }

  /** Admits a pharmacy under its decryption key. */
  pharmacyDoor(pharmacyId: string, decryptionKey: Uint8Array): PharmacyDoor {
    this.pharmacyKeys.set(pharmacyId, decryptionKey);
    this.mailboxes.set(pharmacyId, []);
    return {
      fetchPrescriptions: () => this.mailboxes.get(pharmacyId)!.splice(0),
      checkPrescription: async (statement, signature) => {
        const unfit =
          this.prescriptions.checkTerms(pharmacyId, statement) ??
          (await this.signatures.check(pharmacyId, STATEMENT.prescription, statement, signature));
        return unfit ?? { ok: true, receipt: this.signatures.receiptFor(signature) };
      },
      reserve: (prescriptionId, pid) => this.prescriptions.reserve(pharmacyId, prescriptionId, pid),
      commit: (collection) => this.prescriptions.commit(pharmacyId, collection),
      checkWarrant: (warrant) => this.warrants.check(warrant) ?? this.warrants.evidence(warrant.warrant),
      commitByAgent: (collection) => this.prescriptions.commitByAgent(pharmacyId, collection),
      signatureStatus: (asked) => this.signatures.status(pharmacyId, asked),
    };
  }

  /** Admits an insurer. */
  insurerDoor(insurerId: string): InsurerDoor {
    return { signatureStatus: (asked) => this.signatures.status(insurerId, asked) };
  }
}
