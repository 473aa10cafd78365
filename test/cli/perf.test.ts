import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { expectNoStackTrace, type ImisRun, imis } from './imis.js';

const MEASURED = 'nxp-jcop4-j3r180';
/** A card on which the visit ends in eq. 6: its RAM does not hold the envelope. */
const TOO_SMALL = 'nxp-jcop3-j3h145g';

type Report = {
  readonly profile: string;
  readonly platform: string;
  readonly total: { readonly ms: number | null; readonly missing: readonly string[] };
  readonly commands: readonly { readonly name: string; readonly ms: number | null }[];
};

describe('imis perf card', () => {
  it('prices every command of a visit and the whole, on both platforms', async () => {
    const totals: number[] = [];
    for (const platform of ['javacard', 'native']) {
      const run = await imis(['perf', 'card', '--profile', MEASURED, '--platform', platform, '--json']);
      expectNoStackTrace(run);
      expect([run.status, run.stderr]).toEqual([0, '']);
      const report = JSON.parse(run.stdout) as Report;
      expect([report.profile, report.platform]).toEqual([MEASURED, platform]);
      expect(report.commands.length).toBeGreaterThan(50);
      expect(report.commands.filter(({ ms }) => ms === null)).toEqual([]);
      totals.push(report.total.ms!);
    }
    expect(totals[1]).toBeLessThan(totals[0]!);
  });

  it('shows phases and a total, and no number where nothing was timed', async () => {
    const run = await imis(['perf', 'card', '--profile', 'default', '--transport', 'tcl']);
    expectNoStackTrace(run);
    expect(run.status).toBe(0);
    expect(run.stdout).toMatch(/^all .* no data/m);
    expect(run.stdout).toMatch(/^No data for: any timing of profile default$/m);
  });

  it('says why the report ends early when the visit was refused', async () => {
    const run = await imis(['perf', 'card', '--profile', TOO_SMALL]);
    expectNoStackTrace(run);
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/^imis: The visit was refused in "open visit": .*6A84[^\n]*\.\n$/);
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
    expect(run.stdout).toContain('whole commands, predicted for');
    for (const equation of [6, 7, 9, 10])
      expect(run.stdout).toMatch(new RegExp(`^eq\\. ${equation}: .+ \\d`, 'm'));
    expect(run.stdout).toMatch(/^1 rounds in shuffled order, seed 1/m);
  });
});
