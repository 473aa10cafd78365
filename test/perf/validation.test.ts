import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  errorFigures,
  fitBytecodeFactor,
  formatErrorTable,
  loadAllProfiles,
  loadCalibration,
  loadProfile,
  validateAll,
} from '../../perf/index.js';

const commands = loadCalibration();
const rows = validateAll(commands, loadProfile);
const root = new URL('../../', import.meta.url);

describe('predicted against measured', () => {
  it('covers all timed commands', () => {
    expect(commands).toHaveLength(172);
    expect(rows.reduce((sum, row) => sum + row.timed, 0)).toBe(172);
    expect(rows.reduce((sum, row) => sum + row.all.n, 0)).toBe(148);
  });

  it('keeps to the errors the model is held to', () => {
    console.log(formatErrorTable(rows));
    for (const { profileId, all, above100ms } of rows.filter((row) => row.all.n > 0)) {
      const isBest = ['nxp-jcop4-j3r180', 'gd-smartcafe-7-0'].includes(profileId);
      expect(above100ms.median, profileId).toBeLessThanOrEqual(isBest ? 0.05 : 0.1);
      if (isBest) expect(all.median, profileId).toBeLessThanOrEqual(0.1);
    }
  });

  it('stands in the documentation as it is', () => {
    expect(readFileSync(new URL('docs/cost-model.md', root), 'utf8')).toContain(formatErrorTable(rows));
  });

  it('takes the nearest rank as p90 and says nothing of an empty set', () => {
    expect(errorFigures([-0.1, 0.2, -0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1])).toEqual({
      n: 10,
      median: 0.55,
      p90: 0.9,
    });
    expect(errorFigures([])).toEqual({ n: 0, median: null, p90: null });
  });
});

describe('what is fitted', () => {
  it('is the bytecode factor of one card, as the fit gives it', () => {
    const fitted = loadAllProfiles().filter(({ timing }) => timing?.bytecode?.fittedFactor !== undefined);
    expect(fitted.map(({ id }) => id)).toEqual(['infineon-secora-id-x']);
    for (const profile of fitted) {
      const own = commands.filter(({ maps_to }) => maps_to === profile.sourceKey);
      expect(profile.timing?.bytecode?.fittedFactor?.value).toBeCloseTo(fitBytecodeFactor(profile, own)!, 3);
    }
  });

  it('is not what a bytecode costs: that solves the two benchmarks of the card itself', () => {
    const benchmarks = JSON.parse(
      readFileSync(new URL('perf/calibration/bytecode-benchmarks.json', root), 'utf8'),
    ) as Record<string, { local: number; memory: number; invoke: number }>;
    for (const { id, timing } of loadAllProfiles()) {
      if (!timing?.bytecode) continue;
      const { localUs, memoryUs, invokeUs } = timing.bytecode;
      for (const name of ['swalgs_aes_block', 'swalgs_xor16']) {
        const { local, memory, invoke } = benchmarks[name]!;
        const ms = (local * localUs + memory * memoryUs + invoke * invokeUs!) / 1000;
        expect(ms / (timing.primitives[name]?.ms ?? 0), `${name} on ${id}`).toBeCloseTo(1, 2);
      }
    }
  });
});
