/** Refusals for a missing, a wrong and a blocked PIN; nothing but the try counter changes. */

import { afterAll, beforeAll, beforeEach, describe, it } from 'vitest';
import { CARD_HOLDERS, SCENARIO_PINS } from '../../../host/index.js';
import { Scenario } from '../../support/scenario.js';
import { expectRefused, refusalsChecked } from './refused.js';

const SEED = 13;
let scenario: Scenario;
let fresh: Scenario['chips'];

beforeAll(async () => {
  scenario = await Scenario.at('equip pharmacy', { seed: SEED });
  fresh = { ...scenario.chips };
});
beforeEach(async () => {
  for (const holder of CARD_HOLDERS) {
    scenario.chips[holder] = scenario.fork(holder, { image: fresh[holder].image() });
    await scenario.world[`${holder}Card`].select();
  }
});
afterAll(() => {
  console.log(`PIN: ${refusalsChecked()} refusals checked (seed ${SEED})`);
});

const openVisit = () =>
  scenario.world.hospital.openVisit(scenario.world.patientCard, scenario.world.doctorCard);

describe('a visit', () => {
  it("needs the patient's PIN", async () => {
    await scenario.verifyPins('doctor');
    await expectRefused(
      scenario,
      { code: 'card-refused', reason: /6982.*holder PIN is not verified/ },
      openVisit,
    );
  });

  it("needs the doctor's PIN", async () => {
    await scenario.verifyPins('patient');
    await expectRefused(
      scenario,
      { code: 'card-refused', reason: /6982.*holder PIN is not verified/ },
      openVisit,
    );
  });

  it('needs it again after a new selection', async () => {
    await scenario.verifyPins('patient', 'doctor');
    await scenario.world.patientCard.select();
    await expectRefused(scenario, { code: 'card-refused', reason: /6982/ }, openVisit);
  });

  it("needs the professional's PIN for the authentication of the cards, too", async () => {
    const { hospital, patientCard, pharmacyCard } = scenario.world;
    await scenario.verifyPins('patient');
    await expectRefused(
      scenario,
      { code: 'card-refused', reason: /INTERNAL AUTHENTICATE refused with 6982/ },
      () => hospital.pair(patientCard, pharmacyCard),
    );
  });
});

describe.each(['patient', 'doctor', 'pharmacy'] as const)('a wrong PIN of the %s', (holder) => {
  const changes = [`${holder}: holder PIN: tries left`];
  const verify = (pin: string) => scenario.world[`${holder}Card`].verifyPin(pin);

  it('says how many tries are left, and a right one gives them back', async () => {
    await expectRefused(scenario, { code: 'wrong-pin', reason: /63C2.*2 tries left/, changes }, () =>
      verify('000000'),
    );
    await expectRefused(scenario, { code: 'wrong-pin', reason: /63C1.*1 tr(y|ies) left/, changes }, () =>
      verify('482914'),
    );
    await scenario.verifyPins(holder);
    await expectRefused(scenario, { code: 'wrong-pin', reason: /63C2/, changes }, () => verify('000000'));
  });

  it('takes back what the right one had granted', async () => {
    await scenario.verifyPins('patient', 'doctor', 'pharmacy');
    await expectRefused(scenario, { code: 'wrong-pin', changes }, () => verify('000000'));
    if (holder !== 'pharmacy')
      await expectRefused(scenario, { code: 'card-refused', reason: /6982/ }, openVisit);
  });

  it('of the wrong length is no try', async () => {
    for (const pin of ['', '123', '1234567890123'])
      await expectRefused(scenario, { code: 'wrong-pin', reason: /4 to 12/ }, () => verify(pin));
  });

  it('blocks after three, for the right one as well', async () => {
    for (const left of [2, 1, 0]) {
      const reason = new RegExp(`63C${left}`);
      await expectRefused(scenario, { code: 'wrong-pin', reason, changes }, () => verify('000000'));
    }
    const { pin } = SCENARIO_PINS[holder];
    await expectRefused(scenario, { code: 'pin-blocked', reason: /6983/ }, () => verify(pin));
    if (holder !== 'pharmacy')
      await expectRefused(scenario, { code: 'card-refused', reason: /6982/ }, openVisit);
  });
});
