import { describe, expect, it } from 'vitest';
import { formatCardReport, loadProfile, type ReportedCommand, reportCard } from '../../perf/index.js';

const COMMANDS: readonly ReportedCommand[] = [
  {
    phase: 'join',
    name: 'SELECT',
    figures: { bytesIn: 20, bytesOut: 10, ramPeakBytes: 64, nvmBytes: 0, nvmPageWrites: 0, operations: [] },
  },
  {
    phase: 'join',
    name: 'PERFORM SECURITY OPERATION',
    figures: {
      bytesIn: 60,
      bytesOut: 100,
      ramPeakBytes: 900,
      nvmBytes: 40,
      nvmPageWrites: 2,
      operations: [{ name: 'aes128-gcm', length: 32, count: 1 }],
    },
  },
];

describe('card report', () => {
  const report = reportCard(loadProfile('nxp-jcop4-j3r180'), COMMANDS);

  it('says what the prediction covers and gives no total', () => {
    expect(report.covers).toBe('crypto + NVM + wire only');
    expect(Object.keys(report).sort()).toEqual(['commands', 'covers', 'profile', 'title']);
  });

  it('keeps the figures beside the prediction', () => {
    expect(report.commands[0]).toMatchObject({ name: 'SELECT', bytesIn: 20, ramPeakBytes: 64, cryptoMs: 0 });
    expect(report.commands[1]).toMatchObject({
      predictedMs: null,
      nvmMs: 3.708,
      missing: ['GHASH (multiplication in GF(2^128))'],
    });
  });

  it('is JSON without loss', () => {
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('is a table with a heading, "no data" and what is missing', () => {
    const lines = formatCardReport(report).split('\n');
    expect(lines[0]).toBe(
      'Predicted card time, crypto + NVM + wire only: NXP JCOP4 J3R180 SECID P71 (nxp-jcop4-j3r180)',
    );
    expect(lines[1]).toMatch(
      /^phase +command +in B +out B +RAM B +NVM B +pages +crypto ms +NVM ms +wire ms +ms +label$/,
    );
    expect(lines[3]).toMatch(/^join +SELECT/);
    expect(lines[4]).toMatch(/^ +PERFORM SECURITY OPERATION .* no data +3\.7 /);
    expect(lines[5]).toBe('No data for: GHASH (multiplication in GF(2^128))');
  });
});
