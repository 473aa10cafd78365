/** Random and nearly valid APDUs: the card always answers, with a declared status word, within its budget. */

import { describe, expect, it } from 'vitest';
import { type ApplicationSpec, PATIENT_APPLICATION, PROFESSIONAL_APPLICATION } from '../../../apdu/index.js';
import { SEED } from '../../apdu/seed.js';
import { declaredStatuses, missingStatuses, UNSEEN } from '../../fuzz/declared-status.js';
import { Fuzz, FuzzFailure } from '../../fuzz/fuzz.js';
import { FuzzTallies } from '../../fuzz/tally.js';
import { stubEngine } from '../../support/stub-engine.js';
import { type FuzzStart, memberStarts, patientStarts, professionalStarts } from './fuzz-starts.js';

/** APDUs with curves that cost nothing, and with the real ones. */
const STUBBED = { patient: 130_000, professional: 70_000 };
const REAL = { patient: 4_000, professional: 3_000 };

function expectEverythingReached(
  spec: ApplicationSpec,
  runs: readonly Fuzz[],
  roles: readonly string[],
): void {
  const sum = new FuzzTallies();
  for (const { tallies } of runs) sum.add(tallies);
  console.log(`seed ${SEED}, ${spec.id} card: ${sum}`);
  expect(sum.share).toBeGreaterThanOrEqual(0.4);
  expect(sum.commands.keys).toEqual(Object.keys(spec.commands).sort());
  expect(sum.lifeCycles.keys).toEqual(expect.arrayContaining(['initialisation', 'operational']));
  expect(sum.roles.keys).toEqual(expect.arrayContaining([...roles]));
  expect(missingStatuses(spec, sum.statusWords)).toEqual([]);
  expect(sum.statusWords.of('9000')).toBeGreaterThan(sum.total / 10);
}

function run(starts: readonly FuzzStart[], stubbed: number, real: number): Fuzz[] {
  const onStub = new Fuzz(starts, SEED, stubEngine);
  const onNoble = new Fuzz(starts, SEED + 1);
  onStub.run(stubbed);
  onNoble.run(real);
  return [onStub, onNoble];
}

/** Long enough for a busy machine; nothing here is timed. */
const TIMEOUT = { timeout: 300_000 };

describe('malformed and nearly valid APDUs', TIMEOUT, () => {
  it('never upset the patient card', () => {
    const roles = ['doctor', 'staff', 'pharmacy', 'nhi', 'holder'];
    const runs = run(patientStarts(), STUBBED.patient, REAL.patient);
    expectEverythingReached(PATIENT_APPLICATION, runs, roles);
  });

  it('never upset the professional card', async () => {
    const starts = [...professionalStarts(), ...(await memberStarts())];
    const runs = run(starts, STUBBED.professional, REAL.professional);
    expectEverythingReached(PROFESSIONAL_APPLICATION, runs, ['holder']);
  });

  it('lists only status words that are declared', () => {
    for (const application of [PATIENT_APPLICATION, PROFESSIONAL_APPLICATION]) {
      const declared = declaredStatuses(application);
      expect(Object.keys(UNSEEN[application.id]!).filter((name) => !declared.includes(name))).toEqual([]);
    }
  });
});

describe('a failing round', () => {
  it('is told with its seed, its number and the shortest list of APDUs that fails', () => {
    const starts = patientStarts().filter(({ name }) => name === 'selected');
    // An engine with a bug that takes a challenge drawn before a certificate is looked at.
    const broken = {
      ...stubEngine,
      p256EcdsaVerify: () => {
        throw new Error('a bug of the engine');
      },
    };
    const fuzz = new Fuzz(starts, SEED, broken);
    const failure = thrownBy(() => fuzz.run(10_000)) as FuzzFailure;
    expect(failure).toBeInstanceOf(FuzzFailure);
    const [title, ...apdus] = failure.message.split('\n');
    expect(title).toMatch(/^seed \d+, round \d+, from "selected": threw Error: a bug of the engine$/);
    expect(apdus).toHaveLength(1);
    const round = Number(/round (\d+)/.exec(title!)![1]);
    expect((thrownBy(() => new Fuzz(starts, SEED, broken).round(round)) as Error).message).toBe(
      failure.message,
    );
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
