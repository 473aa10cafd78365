/**
 * NHI: its services put together, and the doors it opens to others. A hospital or pharmacy gets a
 * door of its own and nothing else; the door knows who came through it.
 */

import { type CardBatch, type GroupSuite, type RoleName, STATEMENT } from '../../apdu/index.js';
import type { PersonalisationSession } from '../cards/personalisation-session.js';
import type { Clock } from '../clock.js';
import { type EcKeyPair, generateEcKeyPair } from '../crypto/ecdsa.js';
import {
  type GroupVerifier,
  loadGroupVerifier,
  type MclCurve,
  type PublishedGroupKey,
} from '../crypto/group-signature/index.js';
import type { Rng } from '../crypto/random.js';
import { checkDoctorSignature, type DoctorSignature } from '../protocol/group-signed-statement.js';
import { type Refusal, type Result, refusal } from '../protocol/refusal.js';
import type { SealedMessage } from '../protocol/sealed-message.js';
import { CardIssuing } from './card-issuing.js';
import { CertificateAuthority } from './certificate-authority.js';
import { DoctorRegister } from './doctor-register.js';
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
import { type ConfirmedRequest, type Receipt, VisitDesk } from './visit-desk.js';

/** What everybody may know of NHI. */
export type NhiPublicKeys = {
  readonly signatureKey: Uint8Array;
  readonly sealingKey: Uint8Array;
  readonly groupKey: PublishedGroupKey;
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
  ): Result<{ readonly receipt: Receipt }>;
  reserve(
    prescriptionId: Uint8Array,
    pid: Uint8Array,
  ): Result<{ readonly nonce: Uint8Array; readonly time: number }>;
  commit(collection: Collection): Refusal | undefined;
}

export type NhiPorts = {
  readonly citizenAuthorityKey: Uint8Array;
  readonly professionAuthorityKey: Uint8Array;
  /** What doctors sign with, and its curve. */
  readonly suite: GroupSuite;
  readonly curve: MclCurve;
  readonly clock: Clock;
  readonly rng: Rng;
  /** The batches of blank cards that NHI ordered. */
  readonly cardBatches: readonly CardBatch[];
};

export class Nhi {
  readonly patients: PatientRegister;
  readonly doctors: DoctorRegister;
  readonly records = new RecordStore();
  private readonly authority: CertificateAuthority;
  private readonly root: RootAuthority;
  private readonly roles: RoleAuthority;
  private readonly cardIssuing: CardIssuing;
  private readonly decryption: EcKeyPair;
  private readonly verifier: GroupVerifier;
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
    this.doctors = new DoctorRegister({ ...ports, authority });
    const loaded = loadGroupVerifier(curve, this.doctors.groupKey);
    if (!loaded.ok) throw new Error(`NHI refuses its own group key: ${loaded.reason}`);
    this.verifier = loaded.verifier;
    const { patients, records, verifier } = this;
    this.visits = new VisitDesk({ authority, patients, records, decryption, verifier, clock, rng });
    this.prescriptions = new PrescriptionRegister({ patients, clock, rng });
  }

  get publicKeys(): NhiPublicKeys {
    return {
      signatureKey: this.authority.publicKey,
      sealingKey: this.decryption.publicKey,
      groupKey: this.doctors.groupKey,
    };
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
      checkPrescription: (statement, signature) => {
        const unfit =
          this.prescriptions.checkTerms(pharmacyId, statement) ??
          checkDoctorSignature(this.verifier, STATEMENT.prescription, statement, signature);
        return unfit ?? { ok: true, receipt: this.visits.receiptFor(signature) };
      },
      reserve: (prescriptionId, pid) => this.prescriptions.reserve(pharmacyId, prescriptionId, pid),
      commit: (collection) => this.prescriptions.commit(pharmacyId, collection),
    };
  }
}
