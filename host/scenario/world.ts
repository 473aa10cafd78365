/** Everybody who takes part in a visit, each with their own keys, clock and random numbers. */

import { GROUP_SUITES, type GroupSuiteName, TEST_CARD_BATCH, type Transmit } from '../../apdu/index.js';
import { IdentityAuthority } from '../authority/identity-authority.js';
import { PatientCard } from '../cards/patient-card.js';
import { ProfessionalCard } from '../cards/professional-card.js';
import { ManualClock } from '../clock.js';
import { loadGroupVerifier, loadMclCurve } from '../crypto/group-signature/index.js';
import type { Rng } from '../crypto/random.js';
import type { VisitInput } from '../fhir/index.js';
import { HospitalTerminal } from '../hospital/hospital-terminal.js';
import { Nhi } from '../nhi/nhi.js';
import { Pharmacy } from '../pharmacy/pharmacy.js';

/** The cards of a visit, by who carries them. */
export const CARD_HOLDERS = ['patient', 'doctor', 'pharmacy'] as const;
export type CardHolder = (typeof CARD_HOLDERS)[number];

/** Blank cards, in readers: how to reach each one. */
export type BlankCards = Readonly<Record<CardHolder, Transmit>>;

export type World = {
  readonly input: VisitInput;
  readonly clock: ManualClock;
  readonly citizenAuthority: IdentityAuthority;
  readonly professionAuthority: IdentityAuthority;
  readonly nhi: Nhi;
  readonly hospital: HospitalTerminal;
  readonly pharmacy: Pharmacy;
  readonly patientCard: PatientCard;
  readonly doctorCard: ProfessionalCard;
  readonly pharmacyCard: ProfessionalCard;
  /** Random numbers of the patient's own medium and of kiosks. */
  readonly rng: Rng;
};

export type WorldPorts = {
  /** What doctors sign with ({@link DEFAULT_SUITE}). */
  readonly suite?: GroupSuiteName;
  readonly cards: BlankCards;
  /** A random number generator for each party, by name. */
  readonly rngFor: (party: string) => Rng;
};

/** The suite of the group signature unless another one is named. */
export const DEFAULT_SUITE: GroupSuiteName = 'ps-g1-bls12381';

/** A world at the time of the input's visit, before anybody is registered. */
export async function makeWorld(
  input: VisitInput,
  { cards, rngFor, suite: name = DEFAULT_SUITE }: WorldPorts,
): Promise<World> {
  const clock = new ManualClock(input.visit.startedAt);
  const citizenAuthority = new IdentityAuthority(rngFor('citizen authority'));
  const professionAuthority = new IdentityAuthority(rngFor('profession register'));
  const suite = GROUP_SUITES[name];
  const curve = await loadMclCurve(suite.curve.name);
  const nhi = new Nhi({
    citizenAuthorityKey: citizenAuthority.publicKey,
    professionAuthorityKey: professionAuthority.publicKey,
    suite,
    curve,
    clock,
    rng: rngFor('NHI'),
    cardBatches: [TEST_CARD_BATCH],
  });
  const nhiKeys = nhi.publicKeys;
  const loaded = loadGroupVerifier(curve, nhiKeys.groupKey);
  if (!loaded.ok) throw new Error(`the published group key is refused: ${loaded.reason}`);
  const hospitalId = input.hospital.id;
  const pharmacyId = input.pharmacy.id;
  return {
    input,
    clock,
    citizenAuthority,
    professionAuthority,
    nhi,
    hospital: new HospitalTerminal({
      hospitalId,
      nhi: nhi.hospitalDoor(hospitalId),
      nhiKeys,
      clock,
      rng: rngFor('hospital'),
    }),
    pharmacy: new Pharmacy({
      pharmacyId,
      nhiKeys,
      verifier: loaded.verifier,
      clock,
      rng: rngFor('pharmacy'),
      openDoor: (decryptionKey) => nhi.pharmacyDoor(pharmacyId, decryptionKey),
    }),
    patientCard: new PatientCard(cards.patient),
    doctorCard: new ProfessionalCard(cards.doctor),
    pharmacyCard: new ProfessionalCard(cards.pharmacy),
    rng: rngFor('kiosk'),
  };
}
