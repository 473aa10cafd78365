import { describe, expect, it } from 'vitest';
import { formatCardReport, loadProfile, type ReportedCommand, reportCard } from '../../perf/index.js';

const NO_CODE = { bytecodes: { local: 0, memory: 0, invoke: 0 }, events: [] };
const COMMANDS: readonly ReportedCommand[] = [
  {
    phase: 'join',
    card: 'doctor',
    name: 'SELECT',
    figures: { bytesIn: 20, bytesOut: 10, ramPeakBytes: 64, nvmBytes: 0, nvmPageWrites: 0, operations: [] },
    code: { ...NO_CODE, bytecodes: { local: 1000, memory: 100, invoke: 10 } },
    callDepth: 3,
  },
  {
    phase: 'join',
    card: 'doctor',
    name: 'VERIFY',
    figures: {
      bytesIn: 60,
      bytesOut: 100,
      ramPeakBytes: 900,
      nvmBytes: 40,
      nvmPageWrites: 2,
      operations: [{ name: 'p256-ecdh', length: 0, count: 1 }],
    },
    code: { ...NO_CODE, events: [{ kind: 'key', name: 'ecdh', length: 1, count: 1 }] },
    callDepth: 5,
  },
];
const j3r180 = loadProfile('nxp-jcop4-j3r180');

describe('card report', () => {
  const report = reportCard(j3r180, COMMANDS, { platform: 'javacard' });

  it('adds commands up by phase and altogether, and takes the highest peak', () => {
    const [first, second] = report.commands;
    expect(report.total.ms).toBeCloseTo(first!.ms! + second!.ms!, 2);
    expect(report.phases).toHaveLength(1);
    expect(report.phases[0]).toMatchObject({ phase: 'join', commands: 2, ms: report.total.ms });
    expect(report.total).toMatchObject({ bytesIn: 80, ramPeakBytes: 900, nvmPageWrites: 2, callDepth: 5 });
  });

  it('prices every part by hand', () => {
    // 1000 locals, 100 memory accesses, 10 calls in µs
    expect(report.commands[0]!.parts.bytecode).toBeCloseTo(
      (1000 * 4.95 + 100 * 13.72 + 10 * 47.24) / 1000,
      3,
    );
    // the agreement, its private key, its engine
    expect(report.commands[1]!.parts).toMatchObject({ crypto: 31.54, nvm: 3.708, ram: 0, host: 7 });
  });

  it('lets native code hand over keys and run compiled', () => {
    const native = reportCard(j3r180, COMMANDS, { platform: 'native' });
    expect(native.commands[1]!.parts.crypto).toBe(20.1);
    expect(native.commands[0]!.parts.bytecode! * 20).toBeCloseTo(report.commands[0]!.parts.bytecode!, 1);
    for (const { lowMs, ms, highMs } of native.commands) {
      expect(lowMs! <= ms! && ms! <= highMs!).toBe(true);
    }
  });

  it('has no total where one figure lacks, and says which', () => {
    const lacking = reportCard(loadProfile('feitian-h19cr-2023'), COMMANDS, { platform: 'native' });
    expect(lacking.total).toMatchObject({ ms: null, lowMs: null, label: null });
    expect(lacking.total.missing).toContain('ecdh_256');
    expect(formatCardReport(lacking)).toMatch(/^No data for: .*ecdh_256/m);
    expect(lacking.commands[0]!.ms).not.toBeNull();
  });

  it('is JSON without loss, and a table', () => {
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    const lines = formatCardReport(report).split('\n');
    expect(lines[0]).toContain('NXP JCOP4 J3R180 SECID P71 (nxp-jcop4-j3r180), javacard, t1');
    expect(lines.find((line) => line.startsWith('doctor: VERIFY'))).toMatch(/ 31\.5 /);
    expect(lines.find((line) => line.startsWith('all'))).toContain('estimated');
  });
});
