/** Refusals at NHI's desk, where cards in use are renewed, unblocked, taken out of use and ended (scenario `renewal`). */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodePatientCertificate, type PatientCertificate } from '../../../apdu/index.js';
import type { Card } from '../../../applet/index.js';
import {
  CardDesk,
  equipDesk,
  equipPharmacy,
  type PatientCard,
  PURPOSE,
  pairCards,
  type Result,
  SCENARIO_PINS,
} from '../../../host/index.js';
import { Scenario } from '../../support/scenario.js';
import { expectRefusal, expectRefused, refusalsChecked } from './refused.js';
import { flipped } from './tampering.js';

const SEED = 21;
const DAY = 86_400;
const SECURE_MESSAGING = 0x0c;
const { pin } = SCENARIO_PINS.patient;

function must<T extends object>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.reason);
  return result;
}

let scenario: Scenario;
/** The patient's card before every test. */
let issued: Card;
let desk: CardDesk;
let nationalId: string;

beforeAll(async () => {
  scenario = await Scenario.at('register patient', { seed: SEED });
  const { nhi, pharmacyCard, input } = scenario.world;
  must(await equipDesk(nhi, pharmacyCard, SCENARIO_PINS.pharmacy));
  desk = new CardDesk(nhi.patients, pharmacyCard);
  ({ nationalId } = input.patient);
  scenario.world.clock.advance(DAY);
  issued = scenario.fork('patient');
});
beforeEach(() => {
  const image = issued.image();
  scenario.chips.patient = scenario.fork('patient', { image });
  scenario.reinsert('patient');
});
afterAll(() => {
  console.log(`renewal: ${refusalsChecked()} refusals checked (seed ${SEED})`);
});

/** The patient's card as a terminal finds it: selected, nothing proven. */
async function selected(): Promise<PatientCard> {
  const { patientCard } = scenario.world;
  must(await patientCard.select());
  return patientCard;
}

/** PCert on the patient's card, under the PIN. */
async function certificateOnCard(): Promise<PatientCertificate> {
  const card = await selected();
  must(await card.verifyPin(pin));
  return decodePatientCertificate(must(await card.readCertificate()).data);
}

async function block(card: PatientCard): Promise<void> {
  for (let guess = await card.verifyPin('000000'); ; guess = await card.verifyPin('000000')) {
    if (!guess.ok && guess.code === 'pin-blocked') return;
  }
}

describe('a certificate that is not the card’s own renewal', () => {
  it('is refused when it is another patient’s', async () => {
    const other = await scenario.enrolAnother('B198765432');
    const { certificate } = must(await other.card.readOwnCertificate());
    await selected();
    await expectRefused(scenario, { code: 'card-refused', reason: /6A80/ }, async () =>
      desk.deliver(await selected(), certificate),
    );
  });

  it('is refused on the card of another, whose register entry stays', async () => {
    const other = await scenario.enrolAnother('C187654321');
    const before = (await scenario.world.nhi.patients.certificateOf((await certificateOnCard()).body.pid))!;
    must(await other.card.select());
    expectRefusal(await desk.renew(other.card, nationalId), { code: 'card-refused', reason: /6A80/ });
    expect(await scenario.world.nhi.patients.check(before)).toBeUndefined();
  });

  it('is refused with the date of the one on the card, or an older one', async () => {
    const first = await certificateOnCard();
    const { certificate } = must(await desk.renew(await selected(), nationalId));
    for (const earlier of [first, certificate]) {
      await expectRefused(scenario, { code: 'card-refused', reason: /6A80/ }, async () =>
        desk.deliver(await selected(), earlier),
      );
    }
    expect((await certificateOnCard()).body.serial).toEqual(certificate.body.serial);
  });

  it('is refused when a byte of it is not what NHI signed', async () => {
    const { body, signature } = await certificateOnCard();
    const later = { ...body, effectiveDate: body.effectiveDate + 2 * DAY };
    for (const forged of [
      { body: later, signature },
      { body: later, signature: flipped(signature, 9) },
    ]) {
      await expectRefused(scenario, { code: 'card-refused', reason: /6A80/ }, async () =>
        desk.deliver(await selected(), forged),
      );
    }
  });
});

describe('a card that NHI took out of use', () => {
  it('refuses a visit while it is deactivated, and does everything again afterwards', async () => {
    const { patientCard } = scenario.world;
    must(await desk.deactivate(await selected()));
    // selection itself says 6283, which is a warning and no refusal
    await patientCard.select();
    await expectRefused(scenario, { code: 'card-refused' }, () => patientCard.verifyPin(pin));
    await expectRefused(scenario, { code: 'card-refused' }, () => patientCard.requestVisit(requestOfVisit()));
    await patientCard.select();
    must(await desk.reactivate(patientCard));
    must(await (await selected()).verifyPin(pin));
    must(await patientCard.requestVisit(requestOfVisit()));
  });

  it('is ended for good when it was terminated: nothing and nobody brings it back', async () => {
    const { nhi } = scenario.world;
    const other = await scenario.enrolAnother('D176543210');
    const { certificate } = must(await other.card.readOwnCertificate());
    must(await other.card.select());
    must(await desk.terminate(other.card, 'D176543210'));
    expectRefusal(await nhi.patients.check(certificate), { code: 'certificate-revoked' });
    for (const attempt of [
      () => other.card.verifyPin(pin),
      () => other.card.requestVisit(requestOfVisit()),
      () => desk.reactivate(other.card),
      () => desk.restoreTries(other.card),
      () => desk.renew(other.card, 'D176543210'),
    ]) {
      const before = Buffer.from(other.chip.image().nvm);
      expect((await attempt()).ok).toBe(false);
      expect(before.equals(other.chip.image().nvm), 'the card is as it was').toBe(true);
    }
    other.chip.reset();
    await other.card.select();
    expectRefusal(await other.card.verifyPin(pin), { code: 'card-refused' });
  });

  const requestOfVisit = () => ({
    challenge: new Uint8Array(16).fill(1),
    hospitalId: scenario.world.input.hospital.id,
    purpose: PURPOSE.outpatient,
    time: scenario.world.clock.now(),
  });
});

describe('what the desk does', () => {
  const ACTS = [
    ['unblocking', (card: PatientCard) => card.restoreTries()],
    ['deactivation', (card: PatientCard) => card.deactivate()],
    ['termination', (card: PatientCard) => card.terminate()],
  ] as const;

  it.each(ACTS)('needs a role: %s without one', async (_what, act) => {
    const card = await selected();
    await block(card);
    card.leaveSession();
    await expectRefused(scenario, { code: 'card-refused', reason: /6982/ }, () => act(card));
    expectRefusal(await card.verifyPin(pin), { code: 'pin-blocked' });
  });

  it.each(ACTS)("needs NHI's role: %s by a pharmacy", async (_what, act) => {
    const shop = await Scenario.at('register patient', { seed: SEED + 1 });
    must(await equipPharmacy(shop.world));
    const { patientCard, pharmacyCard } = shop.world;
    must(await pharmacyCard.verifyPin(SCENARIO_PINS.pharmacy.pin));
    must(await patientCard.select());
    await block(patientCard);
    must(await pairCards(patientCard, pharmacyCard));
    const before = Buffer.from(shop.chips.patient.image().nvm);
    expectRefusal(await act(patientCard), { code: 'card-refused', reason: /6982/ });
    expect(before.equals(shop.chips.patient.image().nvm)).toBe(true);
    expectRefusal(await patientCard.verifyPin(pin), { code: 'pin-blocked' });
  });

  it.each(ACTS)('is refused when a bit of the protected command changed: %s', async (_what, act) => {
    const { pharmacyCard } = scenario.world;
    const card = await selected();
    await block(card);
    const real = scenario.cardLines.patient;
    // in the protected Le or data, and in the checksum, whatever comes after the header
    for (const at of [5, 7, -4]) {
      must(await card.select());
      must(await pairCards(card, pharmacyCard));
      scenario.cardLines.patient = (apdu) =>
        real((apdu[0]! & SECURE_MESSAGING) === SECURE_MESSAGING ? flipped(apdu, at) : apdu);
      const before = Buffer.from(scenario.chips.patient.image().nvm);
      try {
        expectRefusal(await act(card), { code: 'card-refused', reason: /698[78]/ });
      } finally {
        scenario.cardLines.patient = real;
      }
      expect(before.equals(scenario.chips.patient.image().nvm), 'the card is as it was').toBe(true);
      card.leaveSession();
      expectRefusal(await card.verifyPin(pin), { code: 'pin-blocked' });
    }
  });
});
