/** Everybody who takes part in a visit, each with their own keys, clock and random numbers. */

import {
  GROUP_SUITES,
  type GroupSuite,
  type GroupSuiteName,
  type JoinMode,
  TEST_CARD_BATCH,
  type Transmit,
} from '../../apdu/index.js';
import { IdentityAuthority } from '../authority/identity-authority.js';
import { LogInAuthority } from '../authority/log-in-authority.js';
import { PatientCard } from '../cards/patient-card.js';
import { ProfessionalCard } from '../cards/professional-card.js';
import type { NamedCardholder } from '../cards/read-out.js';
import { ManualClock } from '../clock.js';
import type { HostCurve } from '../crypto/group-signature/index.js';
import { loadHostCurve } from '../crypto/native/load-curve.js';
import type { Rng } from '../crypto/random.js';
import type { VisitInput } from '../fhir/index.js';
import { FingerprintGallery } from '../fingerprint/index.js';
import { ClaimOffice } from '../hospital/claim-office.js';
import { EmergencyRoom } from '../hospital/emergency-room.js';
import { HospitalTerminal } from '../hospital/hospital-terminal.js';
import { RegistrationMachine } from '../hospital/registration-machine.js';
import { Insurer } from '../insurer/insurer.js';
import { Nhi, type NhiPorts } from '../nhi/nhi.js';
import { Pharmacy } from '../pharmacy/pharmacy.js';
import { EpochVerifier } from '../protocol/epoch-verifier.js';
import { type KeyStore, openSqliteStore, type Store } from '../storage/index.js';

/** The cards of a visit, by who carries them. */
export const CARD_HOLDERS = ['patient', 'doctor', 'pharmacy'] as const;
export type CardHolder = (typeof CARD_HOLDERS)[number];
/** The cards of all scenarios: in one of them somebody collects for the patient, and NHI's desk has a card. */
export type CardName = CardHolder | 'agent' | 'desk';

/** Blank cards, in readers: how to reach each one. */
export type BlankCards = Readonly<Record<CardHolder, Transmit>> &
  Readonly<Partial<Record<Exclude<CardName, CardHolder>, Transmit>>>;

export type World = {
  readonly input: VisitInput;
  readonly clock: ManualClock;
  readonly citizenAuthority: IdentityAuthority;
  readonly professionAuthority: IdentityAuthority;
  /** The hospital's authority for log-in keys. */
  readonly logInAuthority: LogInAuthority;
  readonly interoperability: Interoperability;
  readonly nhi: Nhi;
  /** What NHI remembers. */
  readonly store: Store;
  readonly hospital: HospitalTerminal;
  readonly pharmacy: Pharmacy;
  /** Two private insurers. */
  readonly insurers: readonly [Insurer, Insurer];
  readonly registrationMachine: RegistrationMachine;
  readonly claimOffice: ClaimOffice;
  readonly emergencyRoom: EmergencyRoom;
  readonly patientCard: PatientCard;
  readonly doctorCard: ProfessionalCard;
  readonly pharmacyCard: ProfessionalCard;
  /** What doctors sign with. */
  readonly suite: GroupSuite;
  /** The agent's own card, where there is an agent. */
  readonly agentCard?: PatientCard;
  /** The card of NHI's desk, where it stands beside a pharmacy's. */
  readonly deskCard?: ProfessionalCard;
  /** The curve of the doctors' group, for devices and kiosks. */
  readonly curve: HostCurve;
  /** Random numbers of the patient's own medium and of kiosks. */
  readonly rng: Rng;
  /** How the doctor's member key is made. */
  readonly joinMode: JoinMode;
  /** Takes a card out of its reader and puts it back: what it kept without power is all it knows. */
  readonly reinsert: (holder: CardHolder) => Promise<void>;
};

/** Whose cards other software can use: log-in key, and on a patient card the read-out for public readers. */
export type Interoperability = {
  readonly doctor: boolean;
  readonly patient: boolean;
  /** Whom the patient's read-out names; nobody where this is left out. */
  readonly readOutOf?: NamedCardholder;
};

/** Certificate and read-out are for everybody before any PIN, so a patient has them only on demand. */
export const DEFAULT_INTEROPERABILITY: Interoperability = { doctor: true, patient: false };

export type WorldPorts = {
  /** What doctors sign with ({@link DEFAULT_SUITE}). */
  readonly suite?: GroupSuiteName;
  readonly cards: BlankCards;
  /** A random number generator for each party, by name. */
  readonly rngFor: (party: string) => Rng;
  /** Takes power from a card and gives it back. */
  readonly reinsert: (holder: CardHolder) => Promise<void>;
  /** What NHI remembers; in memory where it is left out. */
  readonly store?: Store;
  /** NHI's private keys; they last as long as the run where this is left out. */
  readonly keys?: KeyStore;
  /** What verifies group signatures; this thread where it is left out. */
  readonly engineFor?: NhiPorts['engineFor'];
  /** Whether doctors may have their member key made by NHI (`two-party`: they may not). */
  readonly joinMode?: JoinMode;
  /** {@link DEFAULT_INTEROPERABILITY} where left out. */
  readonly interoperability?: Interoperability;
};

/** The suite of the group signature unless another one is named. */
export const DEFAULT_SUITE: GroupSuiteName = 'ps-g1-bls12381';

/** The insurers' identifiers. */
export const INSURERS = ['INSURER-1', 'INSURER-2'] as const;

/** A gallery that searches in this thread. */
export function inProcessGallery(rng: Rng): Promise<FingerprintGallery> {
  return FingerprintGallery.start({ key: rng.bytes(32), orderKey: rng.bytes(32), rng });
}

/** A world at the time of the input's visit, before anybody is registered. */
export async function makeWorld(input: VisitInput, ports: WorldPorts): Promise<World> {
  const { cards, rngFor, reinsert, joinMode = 'two-party', suite: name = DEFAULT_SUITE } = ports;
  const { interoperability = DEFAULT_INTEROPERABILITY } = ports;
  const clock = new ManualClock(input.visit.startedAt);
  const citizenAuthority = new IdentityAuthority(rngFor('citizen authority'));
  const professionAuthority = new IdentityAuthority(rngFor('profession register'));
  const suite = GROUP_SUITES[name];
  const curve = await loadHostCurve(suite.curve.name);
  const store = ports.store ?? (await openSqliteStore());
  const nhi = await Nhi.open({
    citizenAuthorityKey: citizenAuthority.publicKey,
    professionAuthorityKey: professionAuthority.publicKey,
    suite,
    curve,
    store,
    ...(ports.keys ? { keys: ports.keys } : {}),
    ...(ports.engineFor ? { engineFor: ports.engineFor } : {}),
    clock,
    rng: rngFor('NHI'),
    joinMode,
    cardBatches: [TEST_CARD_BATCH],
    search: await inProcessGallery(rngFor('gallery')),
  });
  const nhiKeys = nhi.publicKeys;
  const verifier = new EpochVerifier({
    curve,
    issuerKey: nhiKeys.signatureKey,
    clock,
    published: () => nhi.groupKeys,
  });
  const openInsurer = (insurerId: string) =>
    Insurer.open({
      insurerId,
      nhiKeys,
      verifier,
      clock,
      rng: rngFor(insurerId),
      nhi: nhi.insurerDoor(insurerId),
    });
  const hospitalId = input.hospital.id;
  const atHospital = { hospitalId, nhi: nhi.hospitalDoor(hospitalId), nhiKeys, clock };
  const pharmacyId = input.pharmacy.id;
  return {
    input,
    clock,
    citizenAuthority,
    professionAuthority,
    logInAuthority: new LogInAuthority(rngFor('log-in authority')),
    interoperability,
    nhi,
    store,
    hospital: new HospitalTerminal({ ...atHospital, rng: rngFor('hospital') }),
    registrationMachine: new RegistrationMachine({ ...atHospital, rng: rngFor('registration machine') }),
    claimOffice: new ClaimOffice({ ...atHospital, rng: rngFor('claim office') }),
    emergencyRoom: new EmergencyRoom({ ...atHospital, rng: rngFor('emergency room') }),
    insurers: [await openInsurer(INSURERS[0]), await openInsurer(INSURERS[1])],
    pharmacy: await Pharmacy.open({
      pharmacyId,
      nhiKeys,
      verifier,
      clock,
      rng: rngFor('pharmacy'),
      nhi: nhi.pharmacyDoor(pharmacyId),
    }),
    patientCard: new PatientCard(cards.patient),
    doctorCard: new ProfessionalCard(cards.doctor),
    pharmacyCard: new ProfessionalCard(cards.pharmacy),
    suite,
    ...(cards.agent ? { agentCard: new PatientCard(cards.agent) } : {}),
    ...(cards.desk ? { deskCard: new ProfessionalCard(cards.desk) } : {}),
    curve,
    rng: rngFor('kiosk'),
    joinMode,
    reinsert,
  };
}
