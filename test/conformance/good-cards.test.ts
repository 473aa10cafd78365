import { describe, expect, it } from 'vitest';
import { reportToLines, runConformance } from '../../conformance/index.js';
import { CARD_SEED, simulatedTarget } from './simulated-target.js';

describe('the good cards', () => {
  it.each(['patient', 'professional'] as const)(
    '%s card passes every case',
    async (application) => {
      const report = await runConformance([simulatedTarget(application)]);
      console.log(`seed ${CARD_SEED}\n${reportToLines(report).join('\n')}`);
      expect(report.summary.passed).toBeGreaterThan(0);
      expect(report.summary).toEqual({ passed: report.results.length, failed: 0, skipped: 0 });
      expect(report.exitStatus).toBe(0);
    },
    300_000,
  );
});
