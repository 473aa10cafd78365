/** Random and nearly valid APDUs: the card always answers, with a declared status word, within its budget. */

import { describe, expect, it } from 'vitest';
import {
  ALL_APPLICATIONS,
  type ApplicationSpec,
  INTEROPERABILITY_APPLICATIONS,
  PATIENT_APPLICATION,
  PROFESSIONAL_APPLICATION,
} from '../../apdu/index.js';
import { SEED } from '../apdu/seed.js';
import { stubEngine } from '../support/stub-engine.js';
import { companionStarts } from './companion-starts.js';
import { declaredStatuses } from './declared.js';
import { Fuzz, FuzzFailure } from './fuzz.js';
import type { FuzzStart } from './fuzz-start.js';
import { missing, UNSEEN } from './missing.js';
import { patientStarts } from './patient-starts.js';
import { professionalStarts } from './professional-starts.js';
import { FuzzTallies } from './tally.js';

/** APDUs with curves that cost nothing, and with the real ones. */
const STUBBED = { patient: 125_000, professional: 75_000, companion: 15_000 };
const REAL = { patient: 3_000, professional: 2_000, companion: 500 };
/** Long enough for a busy machine; nothing here is timed. */
const TIMEOUT = { timeout: 600_000 };

function expectEverythingReached(spec: ApplicationSpec, runs: readonly Fuzz[]): void {
  const sum = new FuzzTallies();
  for (const { tallies } of runs) sum.add(tallies);
  console.log(`seed ${SEED}, ${spec.id} card: ${sum}`);
  expect(missing(spec, sum)).toEqual([]);
  expect(sum.statusWords.of('9000')).toBeGreaterThan(sum.total / 10);
}

function run(starts: readonly FuzzStart[], stubbed: number, real: number): Fuzz[] {
  const onStub = new Fuzz(starts, SEED, stubEngine);
  const onNoble = new Fuzz(starts, SEED + 1);
  onStub.run(stubbed);
  onNoble.run(real);
  return [onStub, onNoble];
}

describe('malformed and nearly valid APDUs', () => {
  it('never upset the patient card', TIMEOUT, () => {
    const runs = run(patientStarts(), STUBBED.patient, REAL.patient);
    expectEverythingReached(PATIENT_APPLICATION, runs);
  });

  it('never upset the professional card', TIMEOUT, async () => {
    const runs = run(await professionalStarts(), STUBBED.professional, REAL.professional);
    expectEverythingReached(PROFESSIONAL_APPLICATION, runs);
  });

  it.each(INTEROPERABILITY_APPLICATIONS)('never upset the application "$id"', TIMEOUT, (spec) => {
    expectEverythingReached(spec, run(companionStarts(spec), STUBBED.companion, REAL.companion));
  });

  it('lists only status words that are declared', () => {
    for (const application of ALL_APPLICATIONS) {
      const declared = declaredStatuses(application);
      expect(Object.keys(UNSEEN[application.id] ?? {}).filter((name) => !declared.includes(name))).toEqual(
        [],
      );
    }
  });
});

describe('a failing round', () => {
  it('is told with its seed, its number and the shortest list of APDUs that fails', () => {
    const starts = patientStarts().filter(({ name }) => name === 'key of the root set');
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
    expect(title).toMatch(
      /^seed \d+, round \d+, from "key of the root set": threw Error: a bug of the engine$/,
    );
    expect(apdus).toHaveLength(1);
    const round = Number(/round (\d+)/.exec(title!)![1]);
    expect((thrownBy(() => new Fuzz(starts, SEED, broken).round(round)) as Error).message).toBe(
      failure.message,
    );
  });

  it('is also one in which something is not reached, in a sentence each', () => {
    const nothing = missing(PATIENT_APPLICATION, new FuzzTallies());
    expect(nothing).toContain(
      'patient card: no handler ran with "role nhi" proven: add a start that leads there to test/fuzz',
    );
    expect(nothing.filter((sentence) => sentence.includes('no APDU got as far as'))).toHaveLength(
      Object.keys(PATIENT_APPLICATION.commands).length,
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
