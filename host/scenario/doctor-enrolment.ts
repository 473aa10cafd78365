/** A doctor's card: keys and PINs, the join (eq. 3, 4), and the register of openings. */

import type { OpeningHalf } from '../../apdu/index.js';
import type { ProfessionalCard } from '../cards/professional-card.js';
import { hostSchemeOf } from '../crypto/group-signature/index.js';
import { sealOpeningShare } from '../nhi/opening-service/index.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { IDENTITY_YEARS_SECONDS, SCENARIO_LOG_IN_PINS, SCENARIO_PINS } from './enrolment.js';
import type { CardHolder, World } from './world.js';

/** Whose card this is. */
export type DoctorInEnrolment = {
  readonly card: ProfessionalCard;
  /** ID_D. */
  readonly doctorId: string;
  readonly name: string;
  /** The reader that the card is in. */
  readonly holder: CardHolder;
};

/** The doctor of the input, on the card that the world gave them. */
export async function enrolDoctor(world: World): Promise<Result<object>> {
  const { licence, name } = world.input.doctor;
  return enrolDoctorCard(world, { card: world.doctorCard, doctorId: licence, name, holder: 'doctor' });
}

/** From a blank card to a member who can sign and whose signatures can be opened. */
export async function enrolDoctorCard(world: World, doctor: DoctorInEnrolment): Promise<Result<object>> {
  const joined = await join(world, doctor);
  if (!joined.ok) return joined;
  if (world.interoperability.doctor) {
    const now = world.clock.now();
    const given = await doctor.card.giveLogIn(SCENARIO_LOG_IN_PINS.doctor, (key) =>
      world.logInAuthority.certify(key, now),
    );
    if (!given.ok) return given;
  }
  const activated = await doctor.card.activate();
  if (!activated.ok) return activated;
  // NHI knows a key that it made itself; a key made on the card takes the doctor's help, where it is needed at all.
  if (world.joinMode === 'issuer-made' || !hostSchemeOf(world.suite).usesOpeningShares) return { ok: true };
  return registerForOpening(world, doctor, joined.membershipKey);
}

/** Eq. 3 and 4: in the default mode the card shows its member key to nobody. */
async function join(
  { nhi, professionAuthority, clock, joinMode }: World,
  { card, doctorId, name }: DoctorInEnrolment,
): Promise<Result<{ readonly membershipKey: Uint8Array }>> {
  const selected = await card.select();
  if (!selected.ok) return selected;
  const initialised = await card.initialise(nhi.issueCard('doctor'), SCENARIO_PINS.doctor, doctorId);
  if (!initialised.ok) return initialised;
  const made = await card.generateKeys();
  if (!made.ok) return made;
  const { identityKey, decryptionKey } = made.keys;
  const certificate = professionAuthority.certify({
    subject: doctorId,
    name,
    identityKey,
    expirationDate: clock.now() + IDENTITY_YEARS_SECONDS,
  });
  const offer = await nhi.doctors.openJoin(doctorId);
  const { nonce, groupKeyHash } = offer;
  if (joinMode === 'issuer-made') {
    const asked = await card.requestIssuerMade(offer);
    if (!asked.ok) return asked;
    const statement = { doctorId, nonce, groupKeyHash, decryptionKey };
    const { signature } = asked.data;
    const registered = await nhi.doctors.registerIssuerMade({ statement, signature, certificate });
    if (!registered.ok) return registered;
    const accepted = await card.acceptIssuerMade(registered.credential);
    return accepted.ok ? { ok: true, membershipKey: registered.credential.membershipKey } : accepted;
  }
  const asked = await card.requestMembership(offer);
  if (!asked.ok) return asked;
  const { membershipKey, membershipProof, signature } = asked.data;
  const statement = { doctorId, nonce, groupKeyHash, membershipKey, membershipProof, decryptionKey };
  const registered = await nhi.doctors.register({ statement, signature, certificate });
  if (!registered.ok) return registered;
  const accepted = await card.acceptCredential(registered.credential);
  return accepted.ok ? { ok: true, membershipKey } : accepted;
}

/**
 * The card gives one half of sk to the doctor's own device and, after the card was out of the reader, the
 * other to the kiosk. Each sends its multiple of g~ to the opening service; neither ever has sk.
 */
async function registerForOpening(
  world: World,
  doctor: DoctorInEnrolment,
  membershipKey: Uint8Array,
): Promise<Result<object>> {
  const device = await sendShare(world, doctor, membershipKey, 'device');
  if (!device.ok) return device;
  await world.reinsert(doctor.holder);
  const selected = await doctor.card.select();
  if (!selected.ok) return selected;
  const kiosk = await sendShare(world, doctor, membershipKey, 'kiosk');
  if (!kiosk.ok) return kiosk;
  return kiosk.complete ? kiosk : refusal('opening-share-refused');
}

async function sendShare(
  { nhi, curve, rng }: World,
  { card, doctorId }: DoctorInEnrolment,
  membershipKey: Uint8Array,
  of: OpeningHalf,
) {
  const verified = await card.verifyPin(SCENARIO_PINS.doctor.pin);
  if (!verified.ok) return verified;
  const nonce = await nhi.opening.openShares(membershipKey);
  const given = await card.exportOpeningHalf(of, nonce);
  if (!given.ok) return given;
  const { openingHalf: half, signature } = given.data;
  const values = { doctorId, membershipKey, nonce, of, half, signature };
  return nhi.opening.submitShare(await sealOpeningShare(curve, values, nhi.opening.sealingKey, rng));
}
