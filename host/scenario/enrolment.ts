/** Getting cards ready: the patient's (eq. 1, 2), the pharmacy's. The doctor's is in doctor-enrolment.ts. */

import { NHI_NAME, STATEMENT } from '../../apdu/index.js';
import type { CardPins, PatientCard } from '../cards/patient-card.js';
import type { ProfessionalCard } from '../cards/professional-card.js';
import { readOutBytes } from '../cards/read-out.js';
import { generateEcKeyPair } from '../crypto/ecdsa.js';
import { REGISTRATION_MESSAGE } from '../protocol/messages.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { newMessageId, sealMessage } from '../protocol/sealed-message.js';
import { signStatement } from '../protocol/signed-statement.js';
import type { CardName, World } from './world.js';

/** PINs of the scenario's simulated cards; real cards get theirs in a letter. */
export const SCENARIO_PINS: Readonly<Record<CardName, CardPins>> = {
  patient: { pin: '482913', puk: '70318842' },
  doctor: { pin: '615527', puk: '90177235' },
  pharmacy: { pin: '330846', puk: '41662098' },
  agent: { pin: '258064', puk: '63915507' },
  desk: { pin: '749120', puk: '28571163' },
};

/** PINs of the log-in keys on those cards: others than the holders', so that a log-in gives away no signature. */
export const SCENARIO_LOG_IN_PINS: Readonly<Record<'patient' | 'doctor', CardPins>> = {
  patient: { pin: '570931', puk: '28460917' },
  doctor: { pin: '386154', puk: '73950264' },
};

/** How long a certificate of identity is good. */
export const IDENTITY_YEARS_SECONDS = 10 * 365 * 24 * 3600;

/** Eq. 1 and 2: the card makes its keys, the person proves who they are, NHI answers with PCert. */
export async function enrolPatient(world: World): Promise<Result<object>> {
  const { patientCard, input } = world;
  const { paidUntil } = input.insurance;
  return enrolHolder(world, patientCard, { ...input.patient, paidUntil, pins: SCENARIO_PINS.patient });
}

/** Somebody who gets a patient card. */
export type Holder = {
  readonly nationalId: string;
  readonly name: string;
  readonly paidUntil: number;
  readonly pins: CardPins;
};

/** The same for any person's card. */
export async function enrolHolder(
  world: World,
  card: PatientCard,
  { nationalId, name, paidUntil, pins }: Holder,
): Promise<Result<object>> {
  const { nhi, citizenAuthority, clock, rng } = world;
  const selected = await card.select();
  if (!selected.ok) return selected;
  const made = await card.initialise(nhi.issueCard('holder'), pins);
  if (!made.ok) return made;
  const nonce = await nhi.patients.openRegistration();
  const messageId = newMessageId(rng);
  const signed = await card.signRegistration(nonce, messageId);
  if (!signed.ok) return signed;
  const proven = await card.proveDelegationKey(nonce);
  if (!proven.ok) return proven;
  const { delegationKeyProof } = proven;
  // The identity key of Cert_P is on another medium of the patient's, used this once.
  const identity = generateEcKeyPair(rng);
  const certificate = citizenAuthority.certify({
    subject: nationalId,
    name,
    identityKey: identity.publicKey,
    expirationDate: clock.now() + IDENTITY_YEARS_SECONDS,
  });
  const statement = { nonce, messageId, ...made.keys };
  const identitySignature = signStatement(identity.secretKey, STATEMENT.registration, statement);
  await nhi.patients.recordPayment(nationalId, paidUntil);
  const sealed = await sealMessage(
    REGISTRATION_MESSAGE,
    {
      statement,
      signature: signed.signature,
      delegationKeyProof,
      identity: { signature: identitySignature, certificate },
    },
    {
      route: { equation: 1, sender: 'patient', recipient: NHI_NAME },
      key: nhi.publicKeys.sealingKey,
      messageId,
    },
    rng,
  );
  const registered = await nhi.patients.register(sealed);
  if (!registered.ok) return registered;
  const open = world.interoperability.patient
    ? await giveInteroperability(world, card, registered.certificate.body.pid)
    : { ok: true as const };
  return open.ok ? card.complete(registered.certificate) : open;
}

/** The log-in key and the read-out, for a holder who wants other software to use the card. */
async function giveInteroperability(
  { logInAuthority, clock, interoperability }: World,
  card: PatientCard,
  pid: Uint8Array,
): Promise<Result<object>> {
  const now = clock.now();
  const given = await card.giveLogIn(SCENARIO_LOG_IN_PINS.patient, (key) => logInAuthority.certify(key, now));
  if (!given.ok) return given;
  if (given.absent !== undefined) return refusal('no-room-for-log-in', given.absent);
  return card.giveReadOut(readOutBytes(pid, now, interoperability.readOutOf));
}

/** The pharmacy's security module: a professional card with the role "pharmacy" and no group membership. */
export async function equipPharmacy(world: World): Promise<Result<object>> {
  const { pharmacyCard, nhi } = world;
  const selected = await pharmacyCard.select();
  if (!selected.ok) return selected;
  const initialised = await pharmacyCard.initialise(nhi.issueCard('pharmacy'), SCENARIO_PINS.pharmacy);
  return initialised.ok ? pharmacyCard.activate() : initialised;
}

/** NHI's own card: a professional card with the role "nhi" and no group membership, its PIN verified. */
export async function equipDesk(
  nhi: World['nhi'],
  card: ProfessionalCard,
  pins: CardPins,
): Promise<Result<object>> {
  const selected = await card.select();
  if (!selected.ok) return selected;
  const initialised = await card.initialise(nhi.issueCard('nhi'), pins);
  if (!initialised.ok) return initialised;
  const activated = await card.activate();
  return activated.ok ? card.verifyPin(pins.pin) : activated;
}
