import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { categoryOf, DEFECT_CATEGORIES } from '../../apdu/defects/index.js';
import { CARD_DEFECTS } from '../../applet/defects/index.js';
import {
  allCases,
  type DefectVerdict,
  drawSites,
  judge,
  learn,
  orderCases,
  scoreToLines,
  scoreToMarkdown,
  sitesOf,
  tallyGroups,
} from '../../conformance/index.js';
import { LINE_DEFECTS } from '../../reader-drivers/defects/index.js';
import { ROOT } from '../repository/source-files.js';
import { simulatedTarget } from './simulated-target.js';

const run = promisify(execFile);
const SEED = process.env.IMIS_SEED ?? '1';
const defects = [...CARD_DEFECTS, ...LINE_DEFECTS];

/** Runs the program; its exit status comes with what it wrote. */
async function score(...options: readonly string[]) {
  const program = path.join(ROOT, 'dist/host/cli/main.js');
  const command = [program, 'conformance', 'score', ...options];
  try {
    return { status: 0, ...(await run(process.execPath, command, { maxBuffer: 1 << 24 })) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, stdout, stderr };
  }
}

describe('the catalogue of defects', () => {
  it('has eight and more in every category, one file each', () => {
    const names = defects.map(({ id }) => id);
    console.log(`defects written by hand: ${names.length}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(120);
    for (const category of Object.keys(DEFECT_CATEGORIES)) {
      const own = defects.filter((defect) => categoryOf(defect) === category);
      expect(own.length, category).toBeGreaterThanOrEqual(8);
    }
    const files = ['apdu', 'applet', 'reader-drivers'].flatMap((folder) =>
      Object.keys(DEFECT_CATEGORIES).flatMap((category) => {
        const place = path.join(ROOT, folder, 'defects', category);
        return (readdirOrNone(place) ?? [])
          .filter((file) => file !== 'index.ts')
          .map((file) => `${category}/${file.replace(/\.ts$/, '')}`);
      }),
    );
    expect(files.sort()).toEqual([...names].sort());
  });

  it('draws the same mechanical defects for the same seed, and keeps them when another file changes', () => {
    const one = {
      path: 'applet/a',
      text: 'function f(a) { if (a < 3) refuse(1); b.write(a); return a + 1; }',
    };
    const two = {
      path: 'applet/b',
      text: 'function g(a) { if (a > 7) refuse(2); c.clear(); return a - 1; }',
    };
    const draw = (...files: readonly (typeof one)[]) =>
      drawSites(sitesOf(files), 3, 9, new Set()).map(({ id }) => id);
    expect(draw(one, two)).toEqual(draw(one, two));
    const moved = { ...two, text: `// a line more\n${two.text}` };
    expect(draw(one, moved)).toEqual(draw(one, two));
    const operators = new Set(sitesOf([one, two]).map(({ operator }) => operator));
    expect([...operators].sort()).toEqual([
      'drop a check',
      'keep state',
      'off by one',
      'reorder',
      'skip a write',
      'swap a comparison',
    ]);
  });
});

describe('a verdict', () => {
  const about = {
    group: 'hand-written',
    category: 'x',
    title: 'a title',
    where: 'a place',
    onLine: false,
  } as const;
  const defect = { ...about, id: 'x/y', changesTable: false };

  it('is that a good card is missed, after every case it was given', async () => {
    const cases = allCases().filter(({ id }) => id.startsWith('selection.by-'));
    const verdict = await judge(defect, [simulatedTarget('patient')], cases);
    expect(verdict).toMatchObject({ verdict: 'missed', cases: cases.length });
  });

  it('counts a generated catch of a changed table as a miss, any other not', () => {
    const generated = {
      verdict: 'caught by generated cases only',
      by: 'declaration.z',
      reason: 'r',
      cases: 1,
    } as const;
    const verdicts: DefectVerdict[] = [
      { ...defect, ...generated, changesTable: true },
      { ...defect, id: 'x/z', ...generated },
      { ...defect, id: 'x/caught', verdict: 'caught', by: 'pin.one', reason: 'r', cases: 1 },
    ];
    expect(tallyGroups(verdicts)).toMatchObject([{ defects: 3, caught: 2, missed: 1, generatedOnly: 2 }]);
    expect(scoreToLines({ seed: 5, verdicts }).join('\n')).toContain('x/y  a place');
    expect(scoreToMarkdown({ seed: 5, verdicts })).toContain('| x/caught | a place | a title | pin.one |');
    expect(learn(verdicts)).toEqual({ 'x/caught': 'pin.one' });
  });

  it('begins with the case that caught the defect before, then with those that caught most', () => {
    const past = { a: 'pin.change', b: 'pin.change', c: 'pin.unblock' };
    const ids = orderCases(allCases(), past, 'c').map(({ id }) => id);
    expect(ids.slice(0, 2)).toEqual(['pin.unblock', 'pin.change']);
    expect(allCases().find(({ id }) => id === ids.at(-1))?.origin).toBe('generated');
  });
});

describe('imis conformance score', () => {
  it('catches a drawn sample of defects', async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'score-')), 'score.json');
    const { status, stdout, stderr } = await score('--sample', '15', '--seed', SEED, '--json', file);
    console.log(`seed ${SEED}\n${stdout.split('\n').slice(-24).join('\n')}`);
    expect(stderr).toBe('');
    const { verdicts } = JSON.parse(readFileSync(file, 'utf8')) as { verdicts: readonly DefectVerdict[] };
    expect(verdicts).toHaveLength(15);
    // a sample of 15 falls below 95 % with its first miss, so what is asked here is less than of the whole
    expect(verdicts.filter(({ verdict }) => verdict === 'missed').length).toBeLessThanOrEqual(1);
    expect([0, 1]).toContain(status);
  }, 180_000);

  it.each([
    [['--filter', 'no-such-defect'], 'No defect is named no-such-defect.'],
    [['--renew', '--filter', 'pin'], '--renew needs all defects'],
    [['--jobs', '0'], '1 to 16 threads'],
  ])('refuses %j with a sentence', async (options, sentence) => {
    const { status, stderr } = await score(...options);
    expect(status).toBe(2);
    expect(stderr).toContain(sentence);
  });
});

function readdirOrNone(folder: string): readonly string[] | undefined {
  try {
    return readdirSync(folder);
  } catch {
    return undefined;
  }
}
