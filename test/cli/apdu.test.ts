import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SCENARIO_PINS } from '../../host/index.js';
import { expectNoStackTrace, type ImisRun, imis, SEED, sentenceOf, WorkFolder } from './imis.js';

const folder = new WorkFolder();
afterAll(() => folder.remove());

const SELECT = '00A4040C06F0494D495301';
const SELECT_PROFESSIONAL = '00A4040C06F0494D495302';
const UNKNOWN = '00A4040C06A00000000101';
const CHALLENGE = '0084000010';
const RESET = /^ATR 3B[0-9A-F]+$/gm;

const hex = (text: string) => Buffer.from(text).toString('hex').toUpperCase();
const verify = (pin: string) => `0020008106${hex(pin)}`;

let scripts = 0;
function script(lines: readonly string[], ...args: string[]): Promise<ImisRun> {
  const path = folder.file(`script-${scripts++}.txt`, lines.join('\n'));
  return imis(['apdu', '--script', path, '--state', 'blank', '--seed', SEED, ...args]);
}

describe('imis apdu --script', () => {
  it('sends commands, prints them decoded, and ends with 0 when every expectation is met', async () => {
    const run = await script([
      '# a comment, and an empty line',
      '',
      `${SELECT} => 9000`,
      `00 a4 04 0c 06 f0494d495301 => 9000   # blanks and lower case`,
      `${UNKNOWN} => 6A82`,
      `${CHALLENGE} => 9xxx`,
      '0084000000',
    ]);
    expectNoStackTrace(run);
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(run.stdout.match(RESET)).toHaveLength(1);
    expect(run.stdout.match(/^SELECT · P1 selection: by application identifier/gm)).toHaveLength(3);
    expect(run.stdout).toMatch(/= 6A82 /);
    expect(run.stdout).toMatch(/^ {2}< challenge: [0-9a-f]{32}$/m);
    expect(run.stdout).not.toContain('comment');
  });

  it('says which expectations failed and ends with 1', async () => {
    const run = await script([`${SELECT} => 6A82`, `${CHALLENGE} => 63Cx`, `${SELECT} => 90xx`]);
    expect([run.status, run.stderr]).toEqual([1, '']);
    expect(run.stdout.match(/✗ .+/g)).toEqual([
      '✗ expected 6A82, the card answered 9000',
      '✗ expected 63Cx, the card answered 9000',
    ]);
  });

  it('resets the card, which forgets what was selected', async () => {
    const run = await script([`${SELECT} => 9000`, `${CHALLENGE} => 9000`, 'reset', `${CHALLENGE} => 6D00`]);
    expect([run.status, run.stdout.match(RESET)?.length]).toEqual([0, 2]);
  });

  it('is repeatable with a seed', async () => {
    const lines = [SELECT, CHALLENGE];
    const [one, two] = await Promise.all([script(lines), script(lines)]);
    expect(one.stdout).toBe(two.stdout);
    const other = await script(lines, '--seed', String(Number(SEED) + 1));
    expect(other.stdout).not.toBe(one.stdout);
  });

  it('reaches the professional card too', async () => {
    const run = await script(
      [`${SELECT} => 6A82`, `${SELECT_PROFESSIONAL} => 9000`],
      '--card',
      'professional',
    );
    expect(run.status).toBe(0);
  });

  // `imis` fails a test when a scenario's PIN shows up in an output, as digits or in hexadecimal
  it('verifies a PIN of the visited card and never shows it, wrong and misshapen as it may be', async () => {
    const { pin, puk } = SCENARIO_PINS.patient;
    const run = await script(
      [
        `${SELECT} => 9000`,
        `${verify(pin)} => 9000`,
        '00B0810000 => 9000 # the patient certificate, with the PIN',
        '00B2012C00 => 9000 # the log of the visit',
        'reset',
        `${SELECT} => 9000`,
        '00B0810000 => 6982',
        `${verify('000000')} => 63C2`,
        `0020008108${hex(puk)} => 63xx`,
        `${verify(pin)}00 => 6700`,
        `${verify(pin)}${hex(pin)} => 6700`,
        `00200082 06 ${hex(pin)} => 6A86`,
        `80200081 06 ${hex(pin)} => 6E00`,
        `0C200081 06 ${hex(pin)} => 6882`,
        `10200081 06 ${hex(pin)} => 6884`,
        `00240081 06 ${hex(pin)}`,
        `002000810C${hex(pin)} => 6700`,
        `${verify(pin)} => 9000`,
      ],
      '--state',
      'visited',
    );
    expect(run.stdout.match(/✗ .*/g) ?? []).toEqual([]);
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(run.stdout.match(/••••/g)!.length).toBeGreaterThanOrEqual(11);
  });

  it.each([
    ['an odd number of digits', '00A40', /an even number of hexadecimal digits/],
    ['what is not hexadecimal', `verify ${SCENARIO_PINS.patient.pin}`, /hexadecimal digits/],
    ['an expectation of three digits', `${verify(SCENARIO_PINS.patient.pin)} => 900`, /behind => stands/],
    ['two expectations', `${SELECT} => 9000 => 9000`, /behind => stands/],
    ['an expectation of nothing', '=> 9000', /hexadecimal digits/],
  ])('names the line of %s, sends nothing and ends with 2', async (_, line, says) => {
    const sentence = sentenceOf(await script([SELECT, '# fine so far', line]), 2);
    expect(sentence).toMatch(/script-\d+\.txt, line 3: /);
    expect(sentence).toMatch(says);
  });
});

describe('imis apdu', () => {
  const typed = (stdin: string) => imis(['apdu', '--state', 'blank', '--seed', SEED], { stdin });

  it('takes lines from standard input', async () => {
    const run = await typed(`${SELECT} => 9000\nreset\n${UNKNOWN} => 6A82`);
    expect([run.status, run.stderr, run.stdout.match(RESET)?.length]).toEqual([0, '', 2]);
    const failed = await typed(`${SELECT} => 6A82\n`);
    expect([failed.status, failed.stderr]).toEqual([1, '']);
  });

  it('goes on behind a malformed line, names it, and ends with 1', async () => {
    const run = await typed(`# one\nverify ${SCENARIO_PINS.patient.pin}\n${SELECT} => 9000\n`);
    expect(run.stderr).toMatch(/^imis: standard input, line 2: [^\n]+\.\n$/);
    expect([run.status, run.stdout.match(/= 9000/g)?.length]).toEqual([1, 1]);
  });

  it('has nothing to do without input', async () => {
    const run = await typed('');
    expect([run.status, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toMatch(/^ATR [0-9A-F]+\n$/);
  });
});

describe('imis apdu --read-out', () => {
  const work = new WorkFolder();
  afterAll(() => work.remove());
  const holder = { name: '林小明', nationalId: 'A123456789', birthDate: '1980-05-06', sex: 'M' };
  const script = work.file(
    'read-out.apdu',
    '00A4040010D1580000010000000000000000001100\n00CA1100020000 => 9000\n',
  );
  const apdu = (...options: string[]) => imis(['apdu', '--interoperability', '--script', script, ...options]);

  it('shows the holder of the file to any reader, and nobody without it', async () => {
    const trace = join(work.path, 'named.jsonl');
    const named = await apdu(
      '--read-out',
      work.file('holder.json', JSON.stringify(holder)),
      '--trace-file',
      trace,
    );
    expect([named.status, named.stderr]).toEqual([0, '']);
    // Big5 of the name, the identifier, 6 May of the year 69 of the Republic, M
    const shown = /aa4ca470a9fa0{28}41313233343536373839303639303530364d/;
    expect(readFileSync(trace, 'utf8').toLowerCase()).toMatch(shown);
    const other = join(work.path, 'nobody.jsonl');
    expect((await apdu('--trace-file', other)).status).toBe(0);
    expect(readFileSync(other, 'utf8').toLowerCase()).not.toMatch(/aa4ca470|41313233/);
  });

  it.each([
    ['{', /is no JSON; it holds/],
    [
      JSON.stringify({ ...holder, nationalId: 'A1' }),
      /nationalId: a letter, a letter or digit and eight digits/,
    ],
    [JSON.stringify({ ...holder, birthDate: '5 May' }), /birthDate: /],
    [JSON.stringify({ ...holder, name: '林小明林小明林小明林小明' }), /name: 24 bytes, there is room for 20/],
    [JSON.stringify({ ...holder, name: 'अ' }), /name: Big5 has no/],
  ])('refuses %s', async (text, says) => {
    expect(sentenceOf(await apdu('--read-out', work.file('bad.json', text)), 2)).toMatch(says);
  });

  it('goes with --interoperability', async () => {
    expect(sentenceOf(await imis(['apdu', '--read-out', 'x']), 2)).toMatch(
      /^--read-out goes with --interoperability/,
    );
  });
});
