import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { addApduCommand } from '../../host/cli/index.js';
import { SerialPair, whyNoSerialPair } from '../reader-drivers/pty.js';
import { ServedCard } from '../reader-drivers/simulated-card-process.js';
import { imis, PROGRAM, sentenceOf, WorkFolder } from './imis.js';
import { runInProcess } from './run-in-process.js';

const folder = new WorkFolder();
afterAll(() => folder.remove());
const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

const SCRIPT = folder.file(
  'probe.apdu',
  '00A4040C06F0494D495301 => 9000\n0084000010 => 9000\nreset\n0084000010 => xxxx\n',
);

type Line = { readonly target: string; readonly card: ServedCard; readonly pair: SerialPair };

/** `imis card serve` at one end of a line, and the target at the other. */
async function served(kind: 'serial' | 'gempc', ...args: string[]): Promise<Line> {
  const pair = await SerialPair.open();
  opened.push(() => pair.close());
  const reset = kind === 'serial' ? ['--reset-socket', pair.resetSocket] : [];
  const card = ServedCard.program(
    `--${kind}`,
    pair.card,
    '--state',
    'blank',
    '--protocol',
    'both',
    ...reset,
    ...args,
  );
  opened.push(() => card.stop());
  await card.inserted();
  const options = kind === 'serial' ? `,reset=socket:${pair.resetSocket}` : '';
  return { pair, card, target: `${kind}:${pair.host}${options}` };
}

describe.skipIf(whyNoSerialPair() !== undefined)(
  'imis apdu --target, imis card serve at the other end',
  () => {
    it.each([
      ['serial', 't0'],
      ['serial', 't1'],
      ['gempc', 't0'],
      ['gempc', 't1'],
    ] as const)('talk over %s, %s; both write a trace', async (kind, protocol) => {
      const [ours, theirs] = ['host', 'card'].map((end) =>
        join(folder.path, `${kind}-${protocol}-${end}.jsonl`),
      );
      const { target, card } = await served(kind, '--trace-file', theirs!);
      const run = await imis([
        'apdu',
        '--target',
        `${target},${protocol}`,
        '--script',
        SCRIPT,
        '--trace-file',
        ours!,
      ]);
      expect([run.stderr, run.status]).toEqual(['', 0]);
      expect(run.stdout).toMatch(new RegExp(`^ATR 3B[0-9A-F]+ \\(T=${protocol === 't0' ? 0 : 1}\\)\n`));
      expect(run.stdout.match(/^GET CHALLENGE/gm)).toHaveLength(2);
      expect((await card.stop()).status).toBe(0);
      const shown = async (path: string) =>
        (await imis(['trace', 'show', path])).stdout.match(/: GET CHALLENGE.*\n.*\n/g);
      expect((await shown(ours!))!.length).toBe(2);
      expect((await shown(theirs!))!.map((text) => text.replace(/^: /, ''))).toEqual(
        (await shown(ours!))!.map((text) => text.replace(/^: /, '')),
      );
    });

    it.each(['serial', 'gempc'] as const)('Ctrl-C leaves the reader usable: %s', async (kind) => {
      const { target } = await served(kind);
      const child = spawn(process.execPath, [PROGRAM, 'apdu', '--target', target]);
      child.stdin.write('00A4040C06F0494D495301\n');
      let said = '';
      for await (const piece of child.stdout) {
        said += piece;
        if (said.includes('= 9000')) break;
      }
      child.kill('SIGINT');
      expect(await once(child, 'exit')).toEqual([130, null]);
      const run = await imis(['apdu', '--target', target, '--script', SCRIPT]);
      expect([run.stderr, run.status]).toEqual(['', 0]);
    });

    it('imis visit goes through with the patient in a serial reader, and is refused there when it comes again', async () => {
      const { target } = await served('serial');
      const place = ['visit', '--trace', 'none', '--target', `patient=${target},t1`];
      const run = await imis(place);
      expect([run.stderr, run.status]).toEqual(['', 0]);
      expect(run.stdout).toMatch(/^The visit is complete: 12 phases, /m);
      const rows = run.stdout.match(/^(patient|doctor|pharmacy) .*$/gm)!;
      for (const row of rows) expect(row.endsWith('in a reader'), row).toBe(row.startsWith('patient'));
      const again = await imis([...place, '--json']);
      expect([again.stderr, again.status]).toEqual(['', 1]);
      const { phases } = JSON.parse(again.stdout) as { phases: { reason?: string; commands: unknown[] }[] };
      expect(phases).toHaveLength(1);
      expect(phases[0]!.reason).toMatch(/INITIALIZE UPDATE refused with 6985/);
      expect(phases[0]!.commands.at(-1)).toMatchObject({ card: 'patient', bytesIn: 14, operations: null });
    });

    it('imis perf measure times a script there, beside what a profile predicts', async () => {
      const { target } = await served('serial', '--delay', '5');
      const script = folder.file(
        'measured.apdu',
        '00A4040C06F0494D495301 # select\n0084000010 # challenge\n',
      );
      const csv = join(folder.path, 'times.csv');
      const run = await imis([
        ...['perf', 'measure', '--target', `${target},t1`, '--script', script, '--rounds', '5'],
        ...['--echo', '00A4000C023F00', '--csv', csv, '--profile', 'nxp-jcop4-j3r180'],
      ]);
      expect([run.stderr, run.status]).toEqual(['', 0]);
      const row = (name: string) =>
        new RegExp(`^${name} +\\d+ +\\d+ +9000 +[\\d.]+ +[\\d.]+ – [\\d.]+ .* -?\\d+ %$`, 'm');
      expect(run.stdout).toMatch(row('select'));
      expect(run.stdout).toMatch(row('challenge'));
      const samples = readFileSync(csv, 'utf8').trim().split('\n').slice(1);
      expect(samples.filter((line) => line.startsWith('select,11,'))).toHaveLength(5);
    });

    it('one process serves both cards of a terminal with two readers', async () => {
      const second = await SerialPair.open();
      opened.push(() => second.close());
      const { card, target } = await served('gempc', '--and', second.card);
      const places = ['--target', `patient=${target}`, '--target', `doctor=gempc:${second.host}`];
      const run = await imis(['visit', '--trace', 'none', ...places]);
      expect([run.stderr, run.status]).toEqual(['', 0]);
      const ending = await card.stop();
      expect([
        ending.status,
        ending.stderr.match(/^The (patient|professional) card is in the reader at /gm),
      ]).toEqual([
        0,
        ['The patient card is in the reader at ', 'The professional card is in the reader at '],
      ]);
    });

    it('leaves nothing when the served card ends: no socket file, no lock on the line', async () => {
      const { card, pair, target } = await served('serial');
      expect(existsSync(pair.resetSocket)).toBe(true);
      await card.stop();
      expect(existsSync(pair.resetSocket)).toBe(false);
      const sentence = sentenceOf(await imis(['apdu', '--target', target, '--script', SCRIPT]), 3);
      expect(sentence).toMatch(/^no card end listens on /);
    });
  },
);

describe('imis apdu --target', () => {
  it.each([
    ['pcsc:x', '--seed', '1', '--seed is for simulated cards; pcsc:x is a card in a reader'],
    ['pcsc', '--save-image', 'x', '--save-image is for simulated cards'],
    ['lpt1', '--card', 'patient', 'There is no target "lpt1"; known: sim[:PROFILE]'],
  ])('%s %s is refused', async (target, option, value, says) => {
    const run = await runInProcess(addApduCommand, ['apdu', '--target', target, option, value]);
    expect(sentenceOf(run, 2)).toContain(says);
  });

  it('sim:PROFILE is a simulated card', async () => {
    const run = await imis(['apdu', '--target', 'sim:default', '--state', 'blank', '--script', SCRIPT]);
    expect([run.status, run.stdout.slice(0, 6)]).toEqual([0, 'ATR 3B']);
  });
});

describe('imis visit --target', () => {
  it.each([
    [
      ['--target', 'patient'],
      'not "patient"; the scenario "outpatient" has cards of: patient, doctor, pharmacy',
    ],
    [['--target', 'agent=pcsc'], 'not "agent=pcsc"'],
    [
      ['--scenario', 'agent', '--target', 'agent=sim'],
      "The agent's card is simulated where no --target names it",
    ],
    [['--target', 'patient=pcsc:a', '--target', 'patient=pcsc:b'], "--target names the patient's card twice"],
    [['--target', 'patient=pcsc', '--seed', '1'], '--seed repeats runs on simulated cards'],
    [['--target', 'patient=pcsc', '--record', 'x'], '--record takes simulated cards'],
    [['--target', 'patient=pcsc', '--scenario', 'all'], '--target takes one scenario, not all'],
  ])('%j is refused', async (options, says) => {
    expect(sentenceOf(await imis(['visit', ...options]), 2)).toContain(says);
  });

  it('ends with 3 where the card can not be reached', async () => {
    const nowhere = `serial:${join(folder.path, 'nothing')}`;
    expect(sentenceOf(await imis(['visit', '--target', `doctor=${nowhere}`]), 3)).toContain('nothing');
  });
});
