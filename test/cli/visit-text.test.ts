import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APPLICATIONS } from '../../apdu/index.js';
import { expectNoStackTrace, type ImisRun, imis, PROGRAM, SEED, WorkFolder } from './imis.js';
import { lapsedInsurance, profileWith } from './inputs.js';

const folder = new WorkFolder();
afterAll(() => folder.remove());

/** The table's headings are squares too, without an outcome. */
const PHASE = /^■ (.+) \((?:eq\. ([\d, ]+)|no equation)\): (ok|REFUSED: .+)$/gm;
const phasesOf = ({ stdout }: ImisRun) =>
  [...stdout.matchAll(PHASE)].map(([, name, equations, outcome]) => ({ name, equations, outcome }));

describe('imis visit for people', () => {
  let traced: ImisRun;
  let short: ImisRun;
  beforeAll(async () => {
    console.log(`seed ${SEED}`);
    traced = await imis(['visit', '--seed', SEED]);
    short = await imis(['visit', '--seed', SEED, '--trace', 'none']);
  });

  it('ends with status 0 and nothing on stderr', () => {
    for (const run of [traced, short]) expect([run.status, run.stderr]).toEqual([0, '']);
  });

  it('names each phase with its equations and outcome', () => {
    const phases = phasesOf(short);
    expect(phases.map(({ equations }) => equations).filter(Boolean)).toEqual([
      '1, 2',
      '3, 4',
      '6, 7, 8',
      '9',
      '10',
      '11',
      '16',
      '17',
    ]);
    expect(phases.every(({ outcome }) => outcome === 'ok')).toBe(true);
    expect(phasesOf(traced)).toEqual(phases);
    console.log(`${phases.length} phases`);
  });

  it('decodes the commands by name, their data objects and status words', () => {
    const names = new Set(
      APPLICATIONS.flatMap(({ commands }) => Object.values(commands)).map(({ name }) => name),
    );
    const commands = [
      ...traced.stdout.matchAll(
        /^ {2}(?:patient|doctor|pharmacy): (.+?) · (?:.+ · )?\d+ bytes in, \d+ out$/gm,
      ),
    ];
    expect(commands.length).toBeGreaterThan(50);
    const unknown = commands.map(([, name]) => name!.split(' · ')[0]!).filter((name) => !names.has(name));
    expect(unknown).toEqual([]);
    expect(traced.stdout.match(/^ {4}= 9000 normal processing$/gm)!.length).toBeGreaterThan(50);
    expect(traced.stdout).toMatch(/^ {4}< DF55 group signature: [0-9a-f]{32}… \(\d+ bytes\)$/m);
    console.log(`${commands.length} decoded commands`);
  });

  it('masks PINs and keys', () => {
    const masked = [
      ...traced.stdout.matchAll(/^ {4}> (?:\w+ )?(.*(?:PIN|PUK|private key|in the secure channel)): (.+)$/gm),
    ];
    const secret = masked.filter(([, , value]) => value!.startsWith('•'));
    // what goes through the secure channel is masked where it may be a key, and else shown as sent
    expect(secret.length).toBeGreaterThanOrEqual(6);
    for (const [, name, value] of masked.filter(([, one]) => !one!.includes('secure channel')))
      expect(value, name).toMatch(/^•••• \(secret, \d+ bytes\)$/);
  });

  it('leaves the trace out on request and nothing else', () => {
    expect(short.stdout).not.toContain('= 9000');
    const table = (run: ImisRun) => run.stdout.slice(run.stdout.indexOf('Every command:'));
    expect(table(short)).toBe(table(traced));
  });

  it('ends with a table of what each command used', () => {
    const table = short.stdout.slice(short.stdout.indexOf('Every command:'));
    expect(table).toContain('crypto + NVM + wire only');
    for (const title of [
      'command',
      'SW',
      'in B',
      'out B',
      'RAM B',
      'NVM B',
      'ms',
      'coprocessor operations',
    ]) {
      expect(table).toContain(title);
    }
    const rows = table.match(
      /^(?:patient|doctor|pharmacy) .+ [0-9A-F]{4} +(?:\d+ +){4}(?:\d+\.\d|no data)(?: .*)?$/gm,
    )!;
    expect(rows.length).toBeGreaterThan(50);
    expect(table).not.toMatch(/^\s*(?:total|sum)\b/im);
    const [, , , commands] =
      /^The visit is complete: (\d+) phases, equations ([\d, ]+), (\d+) card commands, every check passed\.$/m.exec(
        table,
      )!;
    expect(rows.length).toBe(Number(commands));
    console.log(`${rows.length} rows`);
  });

  it('is the same in a process of its own, which ends by itself', async () => {
    const own = await imis(['visit', '--seed', SEED], { ownProcess: true });
    expect(own).toEqual(await imis(['visit', '--seed', SEED]));
    expect(own.status).toBe(0);
  });

  it('stops quietly when nobody reads on', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'visit', '--seed', SEED], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const [status] = (await once(child, 'close')) as [number | null];
    expect([status, stderr]).toEqual([1, '']);
  });
});

describe('a refused visit', () => {
  const refusedVisit = async (...args: string[]) => {
    const run = await imis(['visit', '--seed', SEED, '--trace', 'none', ...args]);
    expectNoStackTrace(run);
    expect([run.status, run.stderr]).toEqual([1, '']);
    const last = phasesOf(run).at(-1)!;
    const line = run.stdout.trimEnd().split('\n').at(-1);
    expect(line).toBe(`The visit was refused in "${last.name}": ${last.outcome!.slice('REFUSED: '.length)}.`);
    return last;
  };

  it('says that the insurance is not paid', async () => {
    const last = await refusedVisit('--input', folder.file('lapsed.json', lapsedInsurance()));
    expect(last).toMatchObject({ name: 'open visit', equations: '6, 7, 8' });
    expect(last.outcome).toMatch(/insurance is not paid/);
  });

  it.each([
    ['to make a key pair', 1_700, 'register patient', /GENERATE ASYMMETRIC KEY PAIR refused with 6A84/],
    ['for the envelope of eq. 6', 2_600, 'open visit', /ENCIPHER refused with 6A84/],
  ] as const)('says 6A84 of a card with too little RAM %s', async (_, ramBytes, phase, reason) => {
    const last = await refusedVisit(
      '--profile',
      folder.file(`ram-${ramBytes}.json`, profileWith({ ramBytes })),
    );
    expect(last.name).toBe(phase);
    expect(last.outcome).toMatch(reason);
  });

  it('says 6581 of a card whose transactions are too small', async () => {
    const profile = folder.file('commit.json', profileWith({ commitBufferBytes: 50 }));
    const last = await refusedVisit('--profile', profile);
    expect(last.outcome).toMatch(/STORE DATA refused with 6581/);
  });
});
