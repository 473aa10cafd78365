import { describe, expect, it } from 'vitest';
import { expectNoStackTrace, type ImisRun, imis } from './imis.js';

const HEADING = 'crypto + NVM + wire only';
const MEASURED = ['nxp-jcop4-j3r180', 'nxp-j2e081', 'gd-smartcafe-7-0'] as const;
/** A card on which the visit ends in eq. 6: its RAM does not hold the envelope. */
const TOO_SMALL = 'nxp-jcop3-j3h145g';

type Report = {
  readonly profile: string;
  readonly covers: string;
  readonly commands: readonly { readonly name: string; readonly predictedMs: number | null }[];
};

/** What both forms of a report share: no total, and the figures of as many commands. */
function expectReport(run: ImisRun): void {
  expectNoStackTrace(run);
  expect([run.status, run.stderr]).toEqual([0, '']);
  expect(run.stdout).toContain(HEADING);
  expect(run.stdout).not.toMatch(/\b(?:totals?|sum|altogether)\b/i);
}

describe('imis perf card', () => {
  it.each([...MEASURED, 'default'])('prices every command on %s, without a total', async (profile) => {
    const run = await imis(['perf', 'card', '--profile', profile]);
    expectReport(run);
    const [heading, ...lines] = run.stdout.trimEnd().split('\n');
    expect(heading).toContain(HEADING);
    expect(heading).toContain(`(${profile})`);
    const rows = lines.filter((line) => /\b(?:patient|doctor|pharmacy): /.test(line));
    const unpriced = rows.filter((line) => / no data *$/.test(line));
    console.log(`${profile}: ${rows.length - unpriced.length} of ${rows.length} commands priced`);
    expect(rows.length).toBeGreaterThan(50);
    if (profile === 'default') {
      expect(unpriced).toEqual(rows);
      expect(run.stdout).toMatch(/^No data for: any timing of profile default$/m);
    } else {
      expect(unpriced.length).toBeLessThan(rows.length / 4);
    }
  });

  it.each([MEASURED[0], 'default'])('gives the same as JSON on %s', async (profile) => {
    const run = await imis(['perf', 'card', '--profile', profile, '--json']);
    expectReport(run);
    const report = JSON.parse(run.stdout) as Report;
    expect([report.profile, report.covers]).toEqual([profile, HEADING]);
    expect(Object.keys(report).sort()).toEqual(['commands', 'covers', 'profile', 'title']);
    expect(report.commands.length).toBeGreaterThan(50);
    const priced = report.commands.filter(({ predictedMs }) => predictedMs !== null);
    expect(priced.length > 0).toBe(profile !== 'default');
  });

  it('says why the report ends early when the visit was refused', async () => {
    const run = await imis(['perf', 'card', '--profile', TOO_SMALL]);
    expectNoStackTrace(run);
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/^imis: The visit was refused in "open visit": .*6A84[^\n]*\.\n$/);
    expect(run.stdout).toContain(HEADING);
  });
});

describe('imis perf bench', () => {
  it('times the signing operations beside their predictions', async () => {
    const run = await imis(['perf', 'bench', '--rounds', '1']);
    expectNoStackTrace(run);
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toContain(HEADING);
    for (const equation of [6, 7, 9, 10])
      expect(run.stdout).toMatch(new RegExp(`^eq\\. ${equation}: .+ \\d`, 'm'));
    expect(run.stdout).toMatch(/^1 rounds in shuffled order, seed 1/m);
  });
});
