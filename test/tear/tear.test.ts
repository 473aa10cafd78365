/** The power fails at every page operation of every command of a whole visit, on all three cards. */

import { expect, it } from 'vitest';
import { SEED } from '../apdu/seed.js';
import { Choices } from '../support/seeded-random.js';
import { recordMember } from './member-run.js';
import { TearReport } from './report.js';
import { NOT_REPEATABLE } from './rules.js';
import { TEAR_SCENARIOS } from './scenarios.js';
import { Trial } from './trial.js';
import { contradictions } from './writes.js';

const [first] = TEAR_SCENARIOS;
const recorded = first!.record(1);

/** Long enough for a busy machine; nothing here is timed. */
const TIMEOUT = { timeout: 300_000 };

it('a power cut leaves every card of a visit before or after, and working', TIMEOUT, async () => {
  const run = await recorded;
  const report = new TearReport();
  const choices = new Choices(SEED);
  for (const command of run.sites)
    new Trial(run, command, { recovery: 'one point', choices, report }).cutEverywhere();
  console.log(`seed ${SEED}, ${run.title}\n${report}`);
  expect(report.cuts).toBeGreaterThan(500);
  expect(report.cuts).toBe(4 * run.sites.reduce((sum, { operations }) => sum + operations, 0));
  expect(report.recoveryCuts).toBeGreaterThan(300);
  expect(report.commands.length).toBeGreaterThan(15);
  const unexplained = report.notRepeatable.filter((name) => !(name.split(': ')[1]! in NOT_REPEATABLE));
  expect(unexplained, 'a command that nothing happened of can be sent again').toEqual([]);
});

it('no cut brings a coupon back, or leaves one to a new epoch', TIMEOUT, async () => {
  const run = await recordMember(1);
  const report = new TearReport();
  const choices = new Choices(SEED);
  const own = ['makeCoupon', 'computeSignature', 'exportOpeningHalf', 'renewMembership'];
  const sites = run.sites.filter(({ spec }) => own.includes(spec?.id ?? ''));
  for (const command of sites)
    new Trial(run, command, { recovery: 'one point', choices, report }).cutEverywhere();
  console.log(`seed ${SEED}, ${run.title}\n${report}`);
  expect(report.commands.map((name) => name.split(': ')[1]).sort()).toEqual([...own].sort());
  expect(report.cuts).toBeGreaterThan(300);
  expect(contradictions(run).found).toEqual([]);
});

it('a command writes where its declaration says so, and nowhere else', TIMEOUT, async () => {
  const run = await recorded;
  const { found, checked, writeNothing } = contradictions(run);
  console.log(
    `${checked} commands, ${writeNothing.length} answered 9000 without a write: ${[...new Set(writeNothing)].join(', ')}`,
  );
  expect(found).toEqual([]);
  expect(checked).toBeGreaterThan(50);
});
