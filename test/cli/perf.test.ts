import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
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

describe('imis perf predict', () => {
  const folder = mkdtempSync(join(tmpdir(), 'counts-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function predict(counts: unknown, profile: string, ...more: readonly string[]): Promise<ImisRun> {
    const file = join(folder, 'counts.json');
    writeFileSync(file, typeof counts === 'string' ? counts : JSON.stringify(counts));
    const run = await imis(['perf', 'predict', '--profile', profile, '--counts', file, ...more]);
    expectNoStackTrace(run);
    return run;
  }

  it('prices an entry by id and by key of the data, as JSON that adds up', async () => {
    const entry = { operation: 'x', decomposition: { apdu_in: 8, api: { 'KeyPair.genKeyPair|256': 1 } } };
    const run = await predict(entry, 'NXP_JCOP4_J3R180_P71', '--json');
    expect([run.status, run.stderr]).toEqual([0, '']);
    const { ms, breakdown } = JSON.parse(run.stdout) as { ms: number; breakdown: Record<string, number> };
    expect(breakdown.crypto).toBe(26.5);
    expect(Object.values(breakdown).reduce((sum, part) => sum + part, 0)).toBeCloseTo(ms, 2);
    expect((await predict(entry.decomposition, 'nxp-jcop4-j3r180', '--json')).stdout).toBe(run.stdout);
    expect((await predict(entry, 'nxp-jcop4-j3r180')).stdout).toMatch(/^NXP JCOP4 .*: \d+\.\d ms \(/);
  });

  it('says what a profile lacks and ends with 1', async () => {
    const run = await predict({ api: { 'Cipher.init|RSAPub|512': 1 } }, 'nxp-j2e081', '--json');
    expect([run.status, JSON.parse(run.stdout)]).toEqual([1, { ms: null, missing: ['rsa_pub_init_512'] }]);
  });

  it('lists unknown operations and ends with 2', async () => {
    const run = await predict({ api: { 'Foo.bar|1': 1 } }, 'nxp-jcop4-j3r180', '--json');
    expect([run.status, JSON.parse(run.stdout)]).toEqual([2, { ms: null, unknown: ['Foo.bar|1'] }]);
  });

  it('names the wrong field of a counts file in one sentence', async () => {
    const run = await predict({ decomposition: { api: { 'Key.getSize': 'two' } } }, 'nxp-jcop4-j3r180');
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(
      /^imis: Counts file .* is wrong at decomposition\.api\.Key\.getSize: [^\n]*\.\n$/,
    );
  });

  it('teaches by its help', async () => {
    const run = await imis(['perf', 'predict', '--help']);
    expect(run.stdout).toContain('imis perf predict --profile nxp-jcop4-j3r180 --counts command.json --json');
    expect(run.stdout).toContain('Exit status');
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
