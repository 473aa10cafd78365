/**
 * A card in use comes to NHI's desk: Data renewed, a blocked PIN unblocked, lost and found, ended. The
 * desk's card stands in the third reader, where the pharmacy's module would.
 */

import { decodePatientCertificate, equalBytes, type PatientCertificate } from '../../apdu/index.js';
import { CardDesk } from '../nhi/card-desk.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { enrolPatient, equipDesk, SCENARIO_PINS } from './enrolment.js';
import type { Phase } from './outpatient.js';
import type { World } from './world.js';

const DAY_SECONDS = 24 * 3600;
const PAID_FOR_SECONDS = 365 * DAY_SECONDS;
/** Of the right form, and not the holder's. */
const GUESS = '000000';

/** The phases; each leaves the card as the next one finds it. */
export function renewalPhases(): readonly Phase[] {
  return [
    { name: 'register patient', equations: [1, 2], run: enrolPatient },
    { name: 'equip the desk', equations: [], run: equip },
    { name: 'renew Data', equations: [2], run: renew },
    { name: 'unblock the PIN', equations: [], run: unblock },
    { name: 'card handed in', equations: [], run: handIn },
    { name: 'card given back', equations: [], run: giveBack },
    { name: 'card ended', equations: [], run: end },
  ];
}

async function equip({ nhi, pharmacyCard }: World): Promise<Result<object>> {
  return equipDesk(nhi, pharmacyCard, SCENARIO_PINS.pharmacy);
}

function deskOf({ nhi, pharmacyCard }: World): CardDesk {
  return new CardDesk(nhi.patients, pharmacyCard);
}

/** The patient has paid for another year; the card carries it, and NHI knows the old certificate no more. */
async function renew(world: World): Promise<Result<object>> {
  const { nhi, patientCard, clock, input } = world;
  const { nationalId } = input.patient;
  const before = await readCertificate(world);
  if (!before.ok) return before;
  clock.advance(DAY_SECONDS);
  const paidUntil = input.insurance.paidUntil + PAID_FOR_SECONDS;
  await nhi.patients.recordPayment(nationalId, paidUntil);
  const renewed = await deskOf(world).renew(patientCard, nationalId);
  if (!renewed.ok) return renewed;
  const after = await readCertificate(world);
  if (!after.ok) return after;
  const { body } = after.certificate;
  const same = equalBytes(body.pid, before.certificate.body.pid) && body.paidUntil === paidUntil;
  if (!same) return refusal('certificate-invalid');
  const superseded = await nhi.patients.check(before.certificate);
  if (superseded?.code !== 'certificate-revoked') return refusal('certificate-invalid');
  return (await nhi.patients.check(after.certificate)) ?? { ok: true };
}

/** The holder guesses until the PIN is blocked; afterwards the old PIN is good again. */
async function unblock(world: World): Promise<Result<object>> {
  const { patientCard } = world;
  for (;;) {
    const guessed = await patientCard.verifyPin(GUESS);
    if (guessed.ok) return refusal('card-refused');
    if (guessed.code === 'pin-blocked') break;
    if (guessed.code !== 'wrong-pin') return guessed;
  }
  const restored = await deskOf(world).restoreTries(patientCard);
  return restored.ok ? patientCard.verifyPin(SCENARIO_PINS.patient.pin) : restored;
}

/** Out of use the card does nothing for its holder either. */
async function handIn(world: World): Promise<Result<object>> {
  const { patientCard } = world;
  const deactivated = await deskOf(world).deactivate(patientCard);
  if (!deactivated.ok) return deactivated;
  return declined(await patientCard.verifyPin(SCENARIO_PINS.patient.pin));
}

/** A day later, selected anew. */
async function giveBack(world: World): Promise<Result<object>> {
  const { patientCard, clock } = world;
  clock.advance(DAY_SECONDS);
  const selected = await patientCard.select();
  if (!selected.ok) return selected;
  const reactivated = await deskOf(world).reactivate(patientCard);
  return reactivated.ok ? patientCard.verifyPin(SCENARIO_PINS.patient.pin) : reactivated;
}

/** The end of the card, and of what NHI believes of it. */
async function end(world: World): Promise<Result<object>> {
  const { nhi, patientCard, input } = world;
  const read = await readCertificate(world);
  if (!read.ok) return read;
  const ended = await deskOf(world).terminate(patientCard, input.patient.nationalId);
  if (!ended.ok) return ended;
  if ((await nhi.patients.check(read.certificate))?.code !== 'certificate-revoked') {
    return refusal('certificate-invalid');
  }
  return declined(await patientCard.verifyPin(SCENARIO_PINS.patient.pin));
}

/** What must not succeed any more. */
function declined(result: Result<object>): Result<object> {
  return result.ok ? refusal('card-refused', 'it still works') : { ok: true };
}

/** PCert as its holder reads it: selected anew, with the PIN. */
async function readCertificate({
  patientCard,
}: World): Promise<Result<{ readonly certificate: PatientCertificate }>> {
  const selected = await patientCard.select();
  if (!selected.ok) return selected;
  const verified = await patientCard.verifyPin(SCENARIO_PINS.patient.pin);
  if (!verified.ok) return verified;
  const read = await patientCard.readCertificate();
  return read.ok ? { ok: true, certificate: decodePatientCertificate(read.data) } : read;
}
