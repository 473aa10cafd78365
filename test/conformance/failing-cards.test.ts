import { describe, expect, it } from 'vitest';
import { reportToLines, runConformance } from '../../conformance/index.js';
import { answering, mute, pulledOut, statusInsteadOf } from './faults.js';
import { simulatedTarget } from './simulated-target.js';

// cards that are wrong in one way each are the defects of the score: score.test.ts
describe('a card that fails a case', () => {
  it('is told with the clause and the command line that repeats it', async () => {
    const fault = statusInsteadOf('6a82', Uint8Array.of(0x6a, 0x88));
    const report = await runConformance([simulatedTarget('patient', fault)], {
      filter: 'selection.unknown-name',
    });
    expect(report.results.map(({ verdict }) => verdict)).toEqual(['failed']);
    expect(report.exitStatus).toBe(1);
    const text = reportToLines(report).join('\n');
    expect(text).toContain('clause');
    expect(text).toContain('imis conformance run --target sim --filter selection.unknown-name');
  });
});

describe('cards that do not answer', () => {
  const filter = 'pin.right-pin-verifies,apdu.case-3-data-alone';

  it('is a verdict when a card is mute', async () => {
    const report = await runConformance([simulatedTarget('patient', mute(2))], {
      filter: 'apdu.case-3-data-alone',
      answerTimeoutMs: 50,
    });
    expect(report.results).toMatchObject([{ verdict: 'failed', failure: { expected: 'an answer' } }]);
  });

  it('is a verdict when a card is pulled out', async () => {
    const report = await runConformance([simulatedTarget('patient', pulledOut(3))], { filter });
    const reasons = report.results.map((r) => (r.verdict === 'failed' ? r.failure.reason : r.verdict));
    // the second case needs a personalised card and does not get that far
    expect(reasons).toEqual(['passed', 'personalisation failed: the card was taken out']);
    expect(report.exitStatus).toBe(1);
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['one byte', Uint8Array.of(0x90)],
    ['rubbish', Uint8Array.of(1, 2, 3, 4, 5, 6, 7)],
  ])('is a verdict when a card answers %s', async (_what, rubbish) => {
    const fault = answering(() => rubbish);
    const report = await runConformance([simulatedTarget('professional', fault)], { filter: 'membership' });
    expect(report.summary.passed).toBe(0);
    expect(report.summary.failed).toBeGreaterThan(10);
    expect(report.exitStatus).toBe(1);
  });

  it('says so when there is no card', async () => {
    const target = simulatedTarget('patient');
    const report = await runConformance(
      [{ ...target, connect: () => Promise.reject(new Error('the reader is empty')) }],
      { filter },
    );
    expect(report.exitStatus).toBe(3);
    expect(report.targets).toMatchObject([{ unreachable: 'the reader is empty' }]);
    expect(reportToLines(report).join('\n')).toContain('could not be reached: the reader is empty');
  });
});
