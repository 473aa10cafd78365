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
import type { FingerprintSearch } from '../fingerprint/index.js';
import { EpochVerifier, groupKeyStatement, type SignedGroupKey } from '../protocol/epoch-verifier.js';
import { type Refusal, type Result, refusal } from '../protocol/refusal.js';
import type { SealedMessage } from '../protocol/sealed-message.js';
import { type KeyStore, keyPairNamed, memoryKeyStore } from '../storage/key-store.js';
import { decide, type Sql, type Store } from '../storage/store.js';
import { AuditLog } from './audit-log.js';
import { type EngineFor, localEngine } from './batching-verifier.js';
import { CardIssuing } from './card-issuing.js';
import { CertificateAuthority } from './certificate-authority.js';
import { ClaimDesk } from './claim-desk.js';
import { DoctorRegister } from './doctor-register.js';
import type { HospitalDoor, InsurerDoor, NhiPublicKeys, PharmacyDoor } from './doors.js';
import { EmergencyDesk } from './emergency-desk.js';
import { FingerprintRegister } from './fingerprint-register.js';
import { JoinRegister } from './join-register.js';
import { OpeningService } from './opening-service/index.js';
import { PatientRegister } from './patient-register.js';
import { PrescriptionRegister } from './prescription-register.js';
import { RecordStore } from './record-store.js';
import { type Recipient, Relay } from './relay.js';
import { RoleAuthority, type RoleBatch } from './role-authority.js';
import { RootAuthority, type RootKey } from './root-authority.js';
import { SignatureDesk } from './signature-desk.js';
import { SubsidyDesk } from './subsidy-desk.js';
import { VisitDesk } from './visit-desk.js';
import { WarrantRegister } from './warrant-register.js';

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
  readonly engineFor?: EngineFor;
  /** The batches of blank cards that NHI ordered. */
  readonly cardBatches: readonly CardBatch[];
  /** What finds a person by their fingers. */
  readonly search: FingerprintSearch;
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
  private learntAt: number | undefined;
  private learning: Promise<void> | undefined;
  private readonly visits: VisitDesk;
  private readonly prescriptions: PrescriptionRegister;
  private readonly relay: Relay;
  private readonly claims: ClaimDesk;
  private readonly subsidies: SubsidyDesk;
  readonly fingerprints: FingerprintRegister;
  readonly emergencies: EmergencyDesk;

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
    this.fingerprints = new FingerprintRegister({ search: ports.search, store, rng });
    const { fingerprints } = this;
    const desk = { authority, records, decryption, signatures, store, clock, rng };
    this.emergencies = new EmergencyDesk({ ...desk, fingerprints, log, keys });
    this.visits = new VisitDesk({ ...desk, patients, emergencies: this.emergencies });
    this.relay = new Relay({ store, clock });
    this.claims = new ClaimDesk({ patients, store, keys, clock, rng });
    this.subsidies = new SubsidyDesk({ signatures, store, clock });
    this.warrants = new WarrantRegister({ authority, patients, store, clock, rng });
    this.prescriptions = new PrescriptionRegister({ patients, warrants: this.warrants, store, clock, rng });
  }

  /** NHI as its store and keys have it; with a first epoch, where there was none. */
  static async open(ports: NhiPorts): Promise<Nhi> {
    const nhi = new Nhi(ports);
    await nhi.learnEpochs();
    if (nhi.published.length === 0) await nhi.beginEpoch();
    await nhi.fingerprints.load();
    return nhi;
  }

  /**
   * Takes over the epochs that another process of NHI has begun since. Whoever serves asks before each
   * request; the store is asked once a second at most.
   */
  async learnEpochs(): Promise<void> {
    const now = this.ports.clock.now();
    if (now === this.learntAt) return this.learning;
    this.learntAt = now;
    this.learning = this.readEpochs();
    return this.learning;
  }

  private async readEpochs(): Promise<void> {
    const columns = 'epoch, public_key, proof, effective, expires, signature';
    const begun = await this.ports.store.all<StoredEpoch>(
      `SELECT ${columns} FROM epochs WHERE epoch > ? ORDER BY epoch`,
      this.published.at(-1)?.epoch ?? 0,
    );
    this.takeOver(begun.map(groupKeyOf));
  }

  /** Goes on under the last of these epochs, where it is new to this process. */
  private takeOver(begun: readonly SignedGroupKey[]): void {
    const known = this.published.at(-1)?.epoch ?? 0;
    const fresh = begun.filter(({ epoch }) => epoch > known);
    this.published.push(...fresh);
    const current = fresh.at(-1);
    if (current) this.issueUnder(current);
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
    this.takeOver([key]);
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
      forwardPrescription: async (entry, sealed) => {
        const recipient = `pharmacy/${entry.pharmacyId}` as const;
        if (!(await this.relay.keyOf(recipient))) return refusal('pharmacy-unknown');
        return this.forward(recipient, sealed, async (tx) =>
          (await this.visits.hasRecent(hospitalId, entry.pid, tx))
            ? this.prescriptions.register(entry, tx)
            : refusal('visit-unknown'),
        );
      },
      pharmacyKey: (pharmacyId) => this.relay.keyOf(`pharmacy/${pharmacyId}`),
      openClaim: (request) => this.claims.open(hospitalId, request),
      forwardClaim: async (insurerId, sealed) => {
        const recipient = `insurer/${insurerId}` as const;
        if (!(await this.relay.keyOf(recipient))) return refusal('insurer-unknown');
        return this.forward(recipient, sealed, async () => undefined);
      },
      insurerKey: (insurerId) => this.relay.keyOf(`insurer/${insurerId}`),
      issueEmergencyChallenge: () => this.emergencies.issueChallenge(hospitalId),
      identify: (request) => this.emergencies.identify(hospitalId, request),
    };
  }

  /** Admits a pharmacy that NHI has a contract with. */
  pharmacyDoor(pharmacyId: string): PharmacyDoor {
    const recipient = `pharmacy/${pharmacyId}` as const;
    return {
      announceKey: (decryptionKey) => this.relay.announce(recipient, decryptionKey),
      fetchPrescriptions: () => this.relay.fetch(recipient),
      acknowledgePrescriptions: (messageIds) => this.relay.acknowledge(recipient, messageIds),
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
      claimSubsidy: (claim) => this.subsidies.pay(pharmacyId, claim),
      signatureStatus: (asked) => this.signatures.status(pharmacyId, asked),
    };
  }

  /** Admits a private insurer. */
  insurerDoor(insurerId: string): InsurerDoor {
    const recipient = `insurer/${insurerId}` as const;
    return {
      announceKey: (decryptionKey) => this.relay.announce(recipient, decryptionKey),
      fetchClaims: () => this.relay.fetch(recipient),
      acknowledgeClaims: (messageIds) => this.relay.acknowledge(recipient, messageIds),
      spendClaim: (spending) => this.claims.spend(insurerId, spending),
      signatureStatus: (asked) => this.signatures.status(insurerId, asked),
    };
  }

  /** What was registered and the message in its recipient's mailbox: both, or neither. */
  private async forward(
    recipient: Recipient,
    sealed: SealedMessage,
    register: (tx: Sql) => Promise<Refusal | undefined>,
  ): Promise<Refusal | undefined> {
    const forwarded = await decide(this.ports.store, async (tx): Promise<Result<object>> => {
      const refused = await register(tx);
      if (refused) return refused;
      return (await this.relay.post(recipient, sealed, tx)) ? { ok: true } : refusal('message-replayed');
    });
    return forwarded.ok ? undefined : forwarded;
  }
}

/** Where (x, y) of an epoch is kept, until the next one begins. */
function issuingKeyName(epoch: number): string {
  return `issuing-${epoch}`;
}

function groupKeyOf(stored: StoredEpoch): SignedGroupKey {
  const { epoch, public_key: publicKey, proof, effective, expires, signature } = stored;
  return { epoch, publicKey, proof, effectiveDate: effective, expirationDate: expires, signature };
}
