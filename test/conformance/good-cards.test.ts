import { describe, expect, it } from 'vitest';
import { reportToLines, runConformance } from '../../conformance/index.js';
import { CARD_SEED, simulatedTarget } from './simulated-target.js';

/** All that a good card can not be asked: interface bytes that need not be there. */
const NOT_OF_THIS_ATR = [
  'this ATR has no TA2',
  'this ATR has no TC2',
  'this ATR has no TC for T=1',
  'this ATR has no class indicator',
];

describe('the good cards', () => {
  it.each(['patient', 'professional'] as const)(
    '%s card passes every case',
    async (application) => {
      const report = await runConformance([simulatedTarget(application)]);
      console.log(`seed ${CARD_SEED}\n${reportToLines(report).join('\n')}`);
      const skipped = report.results.flatMap((r) => (r.verdict === 'skipped' ? [r.reason] : []));
      expect(skipped).toEqual(NOT_OF_THIS_ATR);
      expect(report.summary.failed).toBe(0);
      expect(report.summary.passed).toBe(report.results.length - skipped.length);
      expect(report.complete).toBe(true);
      expect(report.exitStatus).toBe(0);
    },
    300_000,
  );
});
