/** Budgets that run out in the middle of a visit: a status word with its reason, and everything as it was. */

import { describe, expect, it } from 'vitest';
import {
  Card,
  type CardLimits,
  nobleEngine,
  PATIENT_CARD,
  PROFESSIONAL_CARD,
  ProfileTooSmall,
} from '../../applet/index.js';
import type { CardHolder, Refusal } from '../../host/index.js';
import { DEFAULT_LIMITS } from '../support/card-limits.js';
import { Scenario } from '../support/scenario.js';
import { changedOwners } from './card-changes.js';
import { nhiSnapshot, snapshot } from './stored-bytes.js';

const KIND = { patient: PATIENT_CARD, doctor: PROFESSIONAL_CARD } as const;

/** The least of `sizes` from which on everything passes; fails when a smaller one passes. */
function leastSufficient(outcomes: readonly { readonly size: number; readonly ok: boolean }[]): number {
  const first = outcomes.find(({ ok }) => ok) ?? expect.fail('no size suffices');
  expect(outcomes.filter(({ size, ok }) => ok !== size >= first.size)).toEqual([]);
  return first.size;
}

describe('too little RAM', () => {
  it.each(['patient', 'doctor'] as const)(
    'on the card of the %s: 6A84, and the card as it was',
    async (holder) => {
      const scenario = await Scenario.at('equip pharmacy', { seed: 31 });
      const { hospital, patientCard, doctorCard } = scenario.world;
      const fresh = { ...scenario.chips };
      const outcomes: { size: number; ok: boolean }[] = [];
      for (let ramBytes = 1_700; ramBytes <= DEFAULT_LIMITS.ramBytes; ramBytes += 223) {
        for (const each of ['patient', 'doctor'] as const) scenario.chips[each] = fresh[each];
        scenario.chips[holder] = scenario.rehouse(holder, { ...DEFAULT_LIMITS, ramBytes });
        await patientCard.select();
        await doctorCard.select();
        await scenario.verifyPins('patient', 'doctor');
        const before = { image: scenario.chips[holder].image(), nhi: await nhiSnapshot(scenario.world) };
        const opened = await hospital.openVisit(patientCard, doctorCard);
        outcomes.push({ size: ramBytes, ok: opened.ok });
        if (opened.ok) continue;
        expect(opened).toMatchObject({ code: 'card-refused' });
        expect(opened.reason, `${ramBytes} bytes`).toMatch(/refused with 6A84: not enough memory/);
        expect((await nhiSnapshot(scenario.world)) === before.nhi).toBe(true);
        const changed = changedOwners(KIND[holder], before.image, scenario.chips[holder].image());
        // the counter, or a coupon, is spent before the signature is begun, so that no nonce can repeat
        expect(changed.filter((name) => name !== 'group: counter' && name !== 'coupons')).toEqual([]);
        // The same memory in a card that has the RAM does what this one could not.
        if (outcomes.length === 3) {
          scenario.chips[holder] = scenario.rehouse(holder, DEFAULT_LIMITS);
          await scenario.world[`${holder}Card`].select();
          await scenario.verifyPins(holder);
          expect((await hospital.openVisit(patientCard, doctorCard)).ok).toBe(true);
        }
      }
      const least = leastSufficient(outcomes);
      const refused = outcomes.filter(({ ok }) => !ok).length;
      console.log(
        `RAM of the ${holder}'s card: ${outcomes.length} sizes, ${refused} refused, ${least} bytes suffice`,
      );
      expect(refused).toBeGreaterThan(0);
    },
  );

  it('on a whole small card stops the scenario with the reason', async () => {
    const scenario = await Scenario.make({ seed: 31, limits: { ...DEFAULT_LIMITS, ramBytes: 2_600 } });
    await scenario.runTo('refill coupons');
    const refused = await scenario.step();
    expect(refused).toMatchObject({ name: 'open visit', ok: false });
    expect((refused as unknown as Refusal).reason).toMatch(/6A84.*RAM of this card profile is too small/);
  });
});

describe('too small a commit buffer', () => {
  it('at the write of a visit: 6581, nothing half-written, and the right card can still do it', async () => {
    const scenario = await Scenario.at('prescribe', { seed: 32 });
    const { hospital, patientCard, pharmacy, input } = scenario.world;
    const base = { ...scenario.chips };
    const outcomes: { size: number; ok: boolean }[] = [];
    const write = () => hospital.updateCard(patientCard, input.visit, scenario.prescription);
    for (const commitBufferBytes of [0, 16, 64, 128, 144, 160, 240, 320, 360, 400, 512]) {
      const limits: CardLimits = { ...DEFAULT_LIMITS, commitBufferBytes };
      scenario.chips.doctor = scenario.fork('doctor', { image: base.doctor.image() });
      scenario.chips.patient = scenario.fork('patient', { image: base.patient.image(), limits });
      const before = {
        image: base.patient.image(),
        services: (await nhiSnapshot(scenario.world)) + snapshot(pharmacy),
      };
      const written = await write();
      outcomes.push({ size: commitBufferBytes, ok: written.ok });
      if (written.ok) continue;
      expect(written.reason, `${commitBufferBytes} bytes`).toMatch(
        /PUT DATA refused with 6581.*commit buffer/,
      );
      expect(changedOwners(PATIENT_CARD, before.image, scenario.chips.patient.image())).toEqual([]);
      expect((await nhiSnapshot(scenario.world)) + snapshot(pharmacy) === before.services).toBe(true);
      // The session goes on: the number is still agreed on, and a card with room takes the same visit.
      const { commitBufferBytes: enough } = DEFAULT_LIMITS;
      const image = scenario.chips.patient.image();
      scenario.chips.patient = scenario.fork('patient', {
        image,
        limits: { ...limits, commitBufferBytes: enough },
      });
      expect((await write()).ok).toBe(true);
    }
    const least = leastSufficient(outcomes);
    console.log(`commit buffer: ${outcomes.length} sizes, ${least} bytes suffice for a visit`);
    // record, prescription, its proof and the log entry are one transaction, not several that would fit
    expect(least).toBeGreaterThan(320);
  });

  it('at personalisation: the registration is refused, and NHI has no patient', async () => {
    const scenario = await Scenario.make({ seed: 32, limits: { ...DEFAULT_LIMITS, commitBufferBytes: 128 } });
    const refused = await scenario.step();
    expect(refused).toMatchObject({ name: 'register patient', ok: false });
    expect((refused as unknown as Refusal).reason).toMatch(/STORE DATA refused with 6581/);
    expect(await scenario.world.nhi.patients.signingKeyOf(new Uint8Array(16))).toBeUndefined();
  });
});

describe('a profile too small for the application', () => {
  const make = (holder: Exclude<CardHolder, 'pharmacy'>, change: Partial<CardLimits>) => () =>
    new Card(KIND[holder], {
      limits: { ...DEFAULT_LIMITS, ...change },
      engine: nobleEngine,
      random: (length) => new Uint8Array(length),
    });

  it.each(['patient', 'doctor'] as const)('makes no card of the %s', (holder) => {
    expect(make(holder, { nvmBytes: 25 * 128 })).toThrow(ProfileTooSmall);
    expect(make(holder, { ramBytes: 1_024 })).toThrow(ProfileTooSmall);
    expect(make(holder, { ramBytes: 1_024 })).toThrow(/RAM: ".+" ends at byte \d+, the profile has 1024/);
    expect(make(holder, { nvmBytes: 24 * 128 })).toThrow(ProfileTooSmall);
    expect(make(holder, { nvmBytes: 24 * 128 })).toThrow(
      'NVM: "pages of the memory manager" ends at byte 3200, the profile has 3072',
    );
    expect(make(holder, {})).not.toThrow();
  });
});
