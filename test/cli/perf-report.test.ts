import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { imis, ROOT, WorkFolder } from './imis.js';

const folder = new WorkFolder();
afterAll(() => folder.remove());

describe('imis perf report', () => {
  it('writes one page with every part, and nothing that it would have to load', async () => {
    const path = folder.file('cost.html', '');
    const run = await imis(['perf', 'report', '--html', path]);
    expect([run.status, run.stderr]).toEqual([0, '']);
    const page = readFileSync(path, 'utf8');
    for (const heading of [
      'over its cards',
      'every measured card',
      'Suites',
      'measured',
      'Memory and wear',
    ]) {
      expect(page).toContain(heading);
    }
    expect(page).not.toMatch(/(?:src|href)=|@import|url\(/);
    expect(page.match(/<circle /g)!.length).toBe(148);
    expect(page).toContain('no data');
  });
});

describe('imis perf compare and the exports of perf card', () => {
  it('tells two profiles apart', async () => {
    const run = await imis(['perf', 'compare', 'nxp-jcop4-j3r180', 'nxp-jcop3-j3h145g', '--json']);
    expect([run.status, run.stderr]).toEqual([0, '']);
    const { a, b } = JSON.parse(run.stdout) as Record<'a' | 'b', { total: { ms: number } }>;
    expect(b.total.ms).toBeGreaterThan(a.total.ms);
  });

  it('tells two suites apart, phase by phase', async () => {
    const run = await imis(['perf', 'compare', 'ps-g1-bls12381', 'bbs-bls12381']);
    expect([run.status, run.stderr]).toEqual([0, '']);
    const [, first, second] = /^submit record +([\d.]+) +([\d.]+) +\d+ %$/m.exec(run.stdout)!;
    // a coupon of BBS does not spare the card its multiplications
    expect(Number(second)).toBeGreaterThan(2 * Number(first));
    expect(run.stdout).toMatch(/^collect medicine +([\d.]+) +\1 +0 %$/m);
  });

  it('shows what moved between the model units of two commits, and nothing else', async () => {
    const now = join(ROOT, 'perf', 'baseline', 'outpatient.json');
    const same = await imis(['perf', 'compare', now, now]);
    expect([same.status, same.stdout]).toEqual([0, 'Nothing moved.\n']);
    const text = readFileSync(now, 'utf8');
    const select = /"register patient \| patient: SELECT": \{"bytesIn":11,"bytesOut":2,/;
    expect(text).toMatch(select);
    const before = folder.file(
      'before.json',
      text.replace(select, (row) => row.replace('"bytesOut":2', '"bytesOut":4')),
    );
    const moved = await imis(['perf', 'compare', before, now]);
    expect([moved.status, moved.stderr]).toEqual([0, '']);
    const rows = moved.stdout.split('\n').filter((line) => line.includes(' | '));
    expect(rows).toEqual([
      expect.stringMatching(/^register patient \| patient: SELECT +bytesOut +4 +2 +-50\.0 %$/),
    ]);
  });

  it('adds up to the same time in the flame graph, in speedscope and in the report', async () => {
    const [flame, scope] = [folder.file('flame.svg', ''), folder.file('scope.json', '')];
    const run = await imis(['perf', 'card', '--json', '--flame', flame, '--speedscope', scope]);
    expect(run.status).toBe(0);
    const { total } = JSON.parse(run.stdout) as { readonly total: { readonly ms: number } };
    const { shared, profiles } = JSON.parse(readFileSync(scope, 'utf8')) as {
      readonly shared: { readonly frames: readonly { readonly name: string; readonly line?: number }[] };
      readonly profiles: readonly [{ readonly weights: readonly number[] }];
    };
    expect(profiles[0].weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(total.ms, 1);
    expect(shared.frames.some(({ name, line }) => name === 'Pin.check' && line! > 1)).toBe(true);
    expect(readFileSync(flame, 'utf8')).toMatch(/^<svg [\s\S]*CommandProcessor\.process[\s\S]*<\/svg>\n$/);
  });
});
