/** Expecting a refusal: its code, its sentence, and that nothing of what must stay has changed. */

import { expect } from 'vitest';
import { PATIENT_CARD, PROFESSIONAL_CARD } from '../../../applet/index.js';
import { CARD_HOLDERS, type Refusal, type RefusalCode } from '../../../host/index.js';
import type { Scenario } from '../../support/scenario.js';
import { changedOwners } from '../card-changes.js';
import { nhiSnapshot, snapshot } from '../stored-bytes.js';

let checked = 0;

/** Refusals checked so far in this file. */
export function refusalsChecked(): number {
  return checked;
}

export type Expected = {
  readonly code: RefusalCode;
  /** What the sentence must say beyond the code. */
  readonly reason?: RegExp;
  /** Owners of card memory that may change, such as a try counter, by "holder: owner". */
  readonly changes?: readonly string[];
};

/** What the doctor's card uses up for a signature: a coupon, or, when none is left, a number of its counter. */
export const SIGNATURE_MADE = 'doctor: what a signature uses up';
const USED_UP = ['doctor: coupons', 'doctor: group: counter'];

/** Runs `attempt` and expects its refusal; NHI, pharmacy and every card remember what they remembered before. */
export async function expectRefused(
  scenario: Scenario,
  expected: Expected,
  attempt: () => Promise<{ readonly ok: boolean } | undefined>,
): Promise<void> {
  const before = await everything(scenario);
  const outcome = await attempt();
  expectRefusal(outcome, expected);
  const after = await everything(scenario);
  expect(after.services === before.services, 'what the services store').toBe(true);
  const changed = CARD_HOLDERS.flatMap((holder) => {
    const kind = holder === 'patient' ? PATIENT_CARD : PROFESSIONAL_CARD;
    return changedOwners(kind, before.cards[holder]!, after.cards[holder]!).map(
      (name) => `${holder}: ${name}`,
    );
  }).map((name) => (USED_UP.includes(name) ? SIGNATURE_MADE : name));
  expect(changed).toEqual(expected.changes ?? []);
}

/** Only the answer: for an attempt at something that is no part of a scenario. */
export function expectRefusal(
  outcome: { readonly ok: boolean } | undefined,
  { code, reason }: Pick<Expected, 'code' | 'reason'>,
): void {
  checked++;
  expect(outcome).toMatchObject({ ok: false, code });
  const sentence = (outcome as Refusal).reason;
  expect(sentence.length).toBeGreaterThan(10);
  expect(sentence).not.toMatch(/undefined|\[object|\bat \w+\.ts/);
  if (reason) expect(sentence).toMatch(reason);
}

async function everything({ world, chips }: Scenario) {
  return {
    services: `${await nhiSnapshot(world)}\n${snapshot(world.pharmacy)}\n${snapshot(world.hospital)}`,
    cards: Object.fromEntries(CARD_HOLDERS.map((holder) => [holder, chips[holder].image()])),
  };
}
