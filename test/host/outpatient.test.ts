/** The outpatient visit from blank cards to the medicine, on simulated cards. */

import { describe, expect, it } from 'vitest';
import { CARD_HOLDERS } from '../../host/index.js';
import { DEFAULT_LIMITS } from '../support/card-limits.js';
import { Scenario, type ScenarioOptions } from '../support/scenario.js';
import { EXAMPLES } from './fhir/example-inputs.js';

/** Equations of the phases, in order. */
const EQUATIONS = [[1, 2], [3, 4], [], [], [6, 7, 8], [9], [], [10], [11], [16], [17], []];

/** Not much more than the visit needs: small pages, and budgets within a tenth of the least that suffice. */
const SMALL_LIMITS = {
  ...DEFAULT_LIMITS,
  nvmBytes: 8_192,
  pageBytes: 64,
  ramBytes: 3_328,
  commitBufferBytes: 400,
};

async function play(options: ScenarioOptions) {
  const scenario = await Scenario.make(options);
  const equations: (readonly number[])[] = [];
  for (let phase = 0; phase < EQUATIONS.length; phase++) {
    const result = await scenario.step();
    expect(result.ok, `${result.name}: ${'reason' in result ? result.reason : ''}`).toBe(true);
    equations.push(result.equations);
  }
  expect(equations).toEqual(EQUATIONS);
  return scenario;
}

describe('the outpatient visit', () => {
  it.each(EXAMPLES.flatMap((example) => [1, 2, 3].map((seed) => [example, seed] as const)))(
    'of %s passes with seed %i',
    async (example, seed) => {
      const { world, visit } = await play({ example, seed });
      expect(await world.nhi.records.count(visit.pid)).toBe(1);
    },
  );

  it.each(EXAMPLES)('of %s passes on three small cards', async (example) => {
    const scenario = await play({ example, limits: SMALL_LIMITS });
    for (const holder of CARD_HOLDERS) expect(scenario.chips[holder].nvm.capacity).toBeLessThan(8_192);
  });

  it('repeats itself from its seed: same images, other seed other images', async () => {
    const images = async (seed: number) => {
      const { chips } = await play({ seed });
      return CARD_HOLDERS.map((holder) => Buffer.from(chips[holder].image().nvm).toString('base64'));
    };
    const first = await images(4);
    expect((await images(4)).every((image, i) => image === first[i])).toBe(true);
    expect((await images(5)).some((image, i) => image === first[i])).toBe(false);
  });

  it('is followed by another one of the same people, which sees the first record', async () => {
    const scenario = await play({});
    expect(JSON.parse(scenario.visit.records)).toHaveLength(0);
    await scenario.again();
    await scenario.runToEnd();
    expect(JSON.parse(scenario.visit.records)).toHaveLength(1);
  });
});
