import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addFingerprintCommand } from '../../host/cli/index.js';
import { runInProcess } from './run-in-process.js';

const folder = mkdtempSync(path.join(tmpdir(), 'imis-fingerprint-'));
const at = (name: string) => path.join(folder, name);
const run = (...args: string[]) => runInProcess(addFingerprintCommand, ['fingerprint', ...args]);

beforeAll(async () => {
  for (const [name, seed, impression] of [
    ['a', '1', '1'],
    ['b', '1', '2'],
    ['c', '2', '1'],
  ] as const) {
    const made = await run('generate', '--seed', seed, '--impression', impression, '--out', at(name));
    expect([made.status, made.stderr]).toEqual([0, '']);
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('imis fingerprint', () => {
  it('shows what is in a record', async () => {
    const { status, stdout } = await run('parse', at('a'));
    expect([status, stdout]).toEqual([
      0,
      expect.stringMatching(
        /^iso-19794-2:2005, 1200 × 1200 pixels, 197 × 197 per centimetre\n {2}right index finger, impression 0: \d+ minutiae, quality 85\n$/,
      ),
    ]);
    const document = JSON.parse((await run('parse', at('a'), '--json')).stdout);
    expect(document.views[0].minutiae.length).toBeGreaterThan(12);
  });

  it('matches two impressions of a finger, and not those of two', async () => {
    const same = await run('match', at('a'), at('b'), '--json');
    expect([same.status, JSON.parse(same.stdout)]).toMatchObject([0, { decision: 'match', comparisons: 1 }]);
    const other = await run('match', at('a'), at('c'), '--json');
    expect([other.status, JSON.parse(other.stdout).decision]).toEqual([1, 'no-match']);
  });

  it('names the one among others, and says when there is none', async () => {
    const found = await run('identify', at('b'), at('a'), at('c'), '--json');
    expect([found.status, JSON.parse(found.stdout)]).toMatchObject([
      0,
      { kind: 'identified', pseudonym: at('a'), searched: 2 },
    ]);
    const none = await run('identify', at('b'), at('c'));
    expect([none.status, none.stdout]).toEqual([1, expect.stringContaining('not found, among 1 person')]);
  });

  it('refuses what is no record in one sentence', async () => {
    writeFileSync(at('bad'), 'not a record at all');
    expect(await run('match', at('a'), at('bad'))).toMatchObject({
      status: 2,
      stdout: '',
      stderr: `imis: The file ${at('bad')} is no finger minutiae record: it does not begin like ISO/IEC 19794-2 or ANSI 378 (byte 0).\n`,
    });
    expect((await run('parse', at('nothing'))).status).toBe(2);
    expect((await run('match', at('a'), at('b'), '--false-match-rate', '2')).status).toBe(2);
  });
});
