import { describe, expect, it } from 'vitest';
import { APPLICATIONS } from '../../apdu/index.js';
import {
  coverageToLines,
  reportToLines,
  runConformance,
  StatusCoverage,
  statusCoverageToMarkdown,
} from '../../conformance/index.js';
import { CARD_SEED, simulatedTarget } from './simulated-target.js';

/** All that a good card can not be asked: interface bytes that need not be there. */
const NOT_OF_THIS_ATR = [
  'this ATR has no TA2',
  'this ATR has no TC2',
  'this ATR has no TC for T=1',
  'this ATR has no class indicator',
];

const coverage = new StatusCoverage(APPLICATIONS);

describe('the good cards', () => {
  it.each(['patient', 'professional'] as const)(
    '%s card passes every case',
    async (application) => {
      const report = await runConformance([simulatedTarget(application)], {
        onExchanges: (_, exchanges) => coverage.note(exchanges),
      });
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

  it('let the suite see the declared status words, and those not seen have a reason', async () => {
    const rows = coverage.rows();
    console.log(coverageToLines(rows)[0]);
    expect(rows.length).toBeGreaterThan(250);
    expect(rows.every(({ reached, why }) => reached || (why ?? '') !== '')).toBe(true);
    await expect(statusCoverageToMarkdown(rows)).toMatchFileSnapshot('../../docs/conformance-status.md');
  });
});
