import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './source-files.js';

type Row = {
  readonly attack: string;
  readonly file: string;
  readonly test: string;
  readonly outcome: string;
};

/** Rows of the tables: four cells, of which the second is a file of the checkout. */
function rowsOf(document: string): Row[] {
  return document.split('\n').flatMap((line) => {
    if (!line.startsWith('|') || /^\|(?:-|\s*attack \|)/.test(line)) return [];
    const cells = line.split('|').slice(1, -1);
    const [attack, file, test, outcome] = cells.map((cell) => cell.trim());
    return [
      { attack: attack!, file: file?.replaceAll('`', '') ?? '', test: test ?? '', outcome: outcome ?? '' },
    ];
  });
}

/** Names of the tests of a file, as they stand in its text. */
function testNames(text: string): Set<string> {
  // it('name', …), and it.each(…)('name', …), whatever stands in the parentheses
  const call = /(?:\b(?:it|test)|\))\(\s*(['"`])((?:(?!\1)[\s\S])*?)\1,/g;
  return new Set([...text.matchAll(call)].map((match) => match[2]!));
}

/** Names of the conformance cases of a family, as they stand in its text. */
function caseNames(text: string): Set<string> {
  return new Set([...text.matchAll(/^ *name: '([\w-]+)',$/gm)].map((match) => match[1]!));
}

function namesIn(file: string): Set<string> {
  const isTest = /^test\/[\w./-]+\.test\.ts$/.test(file);
  if (!isTest && !/^conformance\/cases\/[\w-]+\.ts$/.test(file)) return new Set();
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  return isTest ? testNames(text) : caseNames(text);
}

describe('docs/attacks.md', () => {
  const rows = rowsOf(readFileSync(path.join(ROOT, 'docs', 'attacks.md'), 'utf8'));

  it('names a test that exists in every row', () => {
    console.log(`${rows.length} attacks`);
    expect(rows.length).toBeGreaterThan(40);
    const missing = rows.filter(({ file, test }) => !namesIn(file).has(test));
    expect(missing).toEqual([]);
  });

  it('says how every attack ends, and none twice', () => {
    for (const { attack, outcome } of rows)
      expect(outcome, attack).toMatch(/^(?:refused(?:; .+)?|limit – .+)$/);
    expect(new Set(rows.map(({ attack }) => attack)).size).toBe(rows.length);
  });

  it('is read as it is written: a row without its test would be noticed', () => {
    const [row] = rowsOf('| attack | file | test | outcome |\n|---|---|---|---|\n| a | `b` | c | refused |');
    expect(row).toEqual({ attack: 'a', file: 'b', test: 'c', outcome: 'refused' });
    expect(testNames("it('one', () => {});\ntest.each([\n  ['x', f(1)],\n])('two %s', g)")).toEqual(
      new Set(['one', 'two %s']),
    );
  });
});
