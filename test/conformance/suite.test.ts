import { describe, expect, it } from 'vitest';
import {
  allCases,
  CATEGORIES,
  type ConformanceCase,
  type ConformanceTarget,
  coverageToMarkdown,
  FilterError,
  lintCases,
  personaliseTarget,
  runConformance,
  selectCases,
} from '../../conformance/index.js';
import { simulatedTarget } from './simulated-target.js';

const cases = allCases();

describe('the catalogue', () => {
  it('names the document of every clause', () => {
    expect(coverageToMarkdown(cases)).not.toMatch(/^\| , /m);
  });

  it('has sound metadata', () => {
    const written = cases.filter((one) => one.origin === 'hand-written').length;
    console.log(`cases: ${cases.length}, hand-written ${written}, generated ${cases.length - written}`);
    expect(lintCases(cases)).toEqual([]);
    expect(written).toBeGreaterThanOrEqual(60);
  });

  it('has cases in every category, and both applications in most', () => {
    for (const category of CATEGORIES) {
      expect(
        cases.some((one) => one.category === category),
        category,
      ).toBe(true);
    }
  });

  it('is described in a document that is not stale', async () => {
    await expect(coverageToMarkdown(cases)).toMatchFileSnapshot('../../docs/conformance.md');
  });

  it('is linted: every fault of the metadata is noticed', () => {
    const good = cases[0]!;
    const faulty: readonly Partial<ConformanceCase>[] = [
      { id: 'no identifier' },
      { clause: '' },
      { category: 'nonsense' as never },
      { title: 'short' },
      { applications: [] },
      { features: ['levitation' as never] },
      { destructive: true, reason: '' },
    ];
    for (const change of faulty) {
      expect(lintCases([{ ...good, ...change }]).length, JSON.stringify(change)).toBeGreaterThan(0);
    }
    expect(lintCases([good, good])).toEqual([`${good.id} is there twice`]);
  });
});

describe('filters', () => {
  const ids = (filter: string) => selectCases(cases, filter).map((one) => one.id);

  it('name cases, categories, origins, patterns and parts', () => {
    expect(ids('pin.change')).toEqual(['pin.change']);
    expect(ids('pin').every((id) => id.startsWith('pin.'))).toBe(true);
    expect(ids('pin.change*').length).toBeGreaterThan(1);
    expect(ids('lost-on-reset').length).toBeGreaterThan(1);
    expect(ids('origin:generated').every((id) => /^(?:declaration|boundary)\./.test(id))).toBe(true);
    expect(ids('pin.change, pin.unblock')).toEqual(['pin.change', 'pin.unblock']);
    expect(ids('')).toHaveLength(cases.length);
  });

  it('are expressions of terms', () => {
    const all = cases.map((one) => one.id);
    expect([...ids('pin or chaining')].sort()).toEqual([...ids('pin'), ...ids('chaining')].sort());
    expect(ids('pin and destructive:yes').length).toBeGreaterThan(0);
    expect(ids('pin and destructive:yes').length).toBeLessThan(ids('pin').length);
    expect(ids('pin and not destructive:yes')).toEqual(
      ids('pin').filter((id) => !ids('destructive:yes').includes(id)),
    );
    expect(ids('not (origin:generated or category:pin)')).toEqual(
      all.filter((id) => !ids('origin:generated').includes(id) && !ids('category:pin').includes(id)),
    );
    expect(
      ids('clause:"7816-3:2006, 11.4.2"').every((id) => id.startsWith('t1.') || id.startsWith('answer')),
    ).toBe(true);
    expect(ids('feature:line').length).toBe(ids('answer-to-reset,protocol-selection,t0,t1').length);
    expect(ids('id:pin.change*').length).toBe(ids('pin.change*').length);
    // and binds more closely than or
    expect(ids('pin or chaining and destructive:yes')).toEqual(ids('pin or (chaining and destructive:yes)'));
  });

  it.each(['(pin', 'pin)', 'pin and', 'not', 'or pin', 'colour:red', 'pin chaining', '"pin'])(
    'are refused with a sentence when they are none: %s',
    (filter) => {
      expect(() => selectCases(cases, filter)).toThrow(FilterError);
    },
  );

  it('make no run when they name nothing', async () => {
    const report = await runConformance([simulatedTarget('patient')], { filter: 'no-such-case' });
    expect(report.exitStatus).toBe(2);
    expect(report.results).toEqual([]);
  });
});

describe('a single card that can not be made anew', () => {
  /** The one card of a reader. */
  function oneCard(): ConformanceTarget {
    const { freshCard, ...target } = simulatedTarget('patient');
    const card = freshCard!();
    return { ...target, name: 'reader', kind: 'pcsc', connect: () => card.connect() };
  }

  it('runs what any card can, and says what it left out and why', async () => {
    const report = await runConformance([oneCard()], { filter: 'selection,chaining,apdu,response' });
    expect(report.summary.failed).toBe(0);
    const reasons = new Set(report.results.flatMap((r) => (r.verdict === 'skipped' ? [r.reason] : [])));
    expect([...reasons].sort()).toEqual([
      'needs a blank card, and this target can not make one',
      'needs a card personalised by this suite',
    ]);
  });

  it('is personalised once, and keeps its tries and its content', async () => {
    const blank = oneCard();
    await personaliseTarget(blank, 7);
    const target = { ...blank, personalisedWithSeed: 7 };
    for (let round = 0; round < 2; round++) {
      const report = await runConformance([target], { filter: 'pin,file,record,authentication,envelope' });
      expect(report.summary.failed).toBe(0);
      expect(report.summary.passed).toBeGreaterThan(40);
      const spared = report.results.filter((r) => r.case.destructive);
      expect(spared.every((r) => r.verdict === 'skipped')).toBe(true);
    }
  });

  it('runs a destructive case when that is allowed', async () => {
    const blank = oneCard();
    await personaliseTarget(blank);
    const report = await runConformance([{ ...blank, personalisedWithSeed: 1 }], {
      filter: 'pin.last-try-blocks',
      allowDestructive: true,
    });
    expect(report.summary).toEqual({ passed: 1, failed: 0, skipped: 0 });
  });
});

describe('progress', () => {
  it('comes after every case', async () => {
    const seen: string[] = [];
    const report = await runConformance([simulatedTarget('patient'), simulatedTarget('professional')], {
      filter: 'pin.right-pin-verifies,class.reserved',
      onProgress: ({ done, total, result }) => seen.push(`${done}/${total} ${result.application}`),
    });
    expect(seen).toEqual(['1/4 patient', '2/4 patient', '3/4 professional', '4/4 professional']);
    expect(report.exitStatus).toBe(0);
  });
});
