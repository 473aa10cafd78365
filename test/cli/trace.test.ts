import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCENARIO_PINS } from '../../host/index.js';
import { whyNoTool } from '../support/tools.js';
import { type ImisRun, imis, SEED, sentenceOf, WorkFolder } from './imis.js';

const folder = new WorkFolder();
afterAll(() => folder.remove());

const FORMS = ['pcapng', 'jsonl', 'txt'] as const;
const file = (name: string) => join(folder.path, name);
const visit = (name: string, ...args: string[]) =>
  imis(['visit', '--seed', SEED, '--trace', 'none', '--trace-file', file(name), ...args]);

/** Whether a PIN or PUK of the scenario stands in a file, as bytes or in hexadecimal. */
function hasSecret(path: string): boolean {
  const content = readFileSync(path);
  const secrets = Object.values(SCENARIO_PINS).flatMap(({ pin, puk }) => [pin, puk]);
  return secrets.some(
    (secret) =>
      content.includes(secret) || content.includes(Buffer.from(secret).toString('hex').toUpperCase()),
  );
}

describe('imis visit --trace-file', () => {
  beforeAll(async () => {
    console.log(`seed ${SEED}`);
    for (const form of FORMS) expect((await visit(`visit.${form}`)).status).toBe(0);
  });

  it('writes for its owner only, without a PIN or PUK', () => {
    for (const form of FORMS) {
      const path = file(`visit.${form}`);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(hasSecret(path), form).toBe(false);
    }
  });

  it('keeps them when told so', async () => {
    await visit('secret.pcapng', '--trace-secrets');
    expect(hasSecret(file('secret.pcapng'))).toBe(true);
    const size = (name: string) => statSync(file(name)).size;
    expect(Math.abs(size('secret.pcapng') - size('visit.pcapng'))).toBeLessThan(16);
  });

  it('repeats byte for byte with a seed', async () => {
    await visit('again.pcapng');
    expect(readFileSync(file('again.pcapng'))).toEqual(readFileSync(file('visit.pcapng')));
  });

  it('says the same in all forms', async () => {
    const [fromCapture, fromLines] = await Promise.all(
      ['visit.pcapng', 'visit.jsonl'].map((name) => imis(['trace', 'show', file(name)])),
    );
    expect([fromCapture!.status, fromCapture!.stderr]).toEqual([0, '']);
    expect(fromLines).toEqual(fromCapture);
    const text = readFileSync(file('visit.txt'), 'utf8');
    const commands = (shown: string) =>
      shown.match(/^(patient|doctor|pharmacy): .* bytes in, \d+ out$/gm) ?? [];
    expect(commands(fromCapture!.stdout).length).toBeGreaterThan(50);
    expect(commands(text).sort()).toEqual(commands(fromCapture!.stdout).sort());
  });

  it('refuses another ending, a folder that is not there, and secrets without a file', async () => {
    expect(sentenceOf(await visit('visit.pcap'), 2)).toMatch(/ends in \.pcapng, \.jsonl, \.txt/);
    expect(sentenceOf(await visit('no/folder.txt'), 2)).toMatch(/can not be written/);
    expect(sentenceOf(await imis(['visit', '--trace-secrets']), 2)).toMatch(
      /--trace-secrets goes with --trace-file/,
    );
  });

  describe.skipIf(whyNoTool('tshark') !== undefined)('and an unmodified tshark', () => {
    it('agree on every command of the interindustry class that is no link of a chain', async () => {
      const fields = ['frame.interface_name', 'iso7816.apdu.ins'].flatMap((field) => ['-e', field]);
      const args = [
        '-r',
        file('visit.pcapng'),
        '-Y',
        'iso7816.apdu.ins && iso7816.apdu.cla < 0x10',
        '-T',
        'fields',
        ...fields,
      ];
      const { stdout, status } = spawnSync('tshark', args, { encoding: 'utf8' });
      expect(status).toBe(0);
      const ours = await imis(['trace', 'show', '--json', '--show-secrets', file('visit.pcapng')]);
      const sent = ours.stdout
        .split('\n')
        .filter(Boolean)
        .flatMap((line) => {
          const { card, apdus = [] } = JSON.parse(line) as { card: string; apdus?: string[] };
          return apdus
            .filter((apdu) => /^C 0/.test(apdu))
            .map((apdu) => `${card}\t0x${apdu.slice(4, 6).toLowerCase()}`);
        });
      console.log(`${sent.length} commands`);
      expect(sent.length).toBeGreaterThan(50);
      expect(stdout.trimEnd().split('\n').sort()).toEqual(sent.sort());
    });
  });
});

describe('imis trace show', () => {
  const LINE = (card: string, kind: string, bytes: string) =>
    `{"time":"2025-01-02T03:04:05.000006Z","card":"${card}","kind":"${kind}","bytes":"${bytes}"}\n`;
  const show = (content: string | Uint8Array, ...args: string[]): Promise<ImisRun> =>
    imis(['trace', 'show', folder.file('shown', content), ...args]);
  const SESSION = [
    LINE('patient', 'answer-to-reset', '3B8880014E6F6465436172641D'),
    LINE('patient', 'command', '00A4040C06F0494D495301'),
    LINE('doctor', 'command', '0084000002'),
    LINE('patient', 'response', '9000'),
    LINE('patient', 'command', '0020008106393939393939'),
    LINE('doctor', 'response', 'ABCD9000'),
    LINE('patient', 'response', '63C2'),
    LINE('patient', 'command', '0084000008'),
  ].join('');

  it('masks secrets, keeps cards apart, and tells of a command without an answer', async () => {
    const { status, stdout } = await show(SESSION);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^patient: ATR 3B8880014E6F6465436172641D \(T=0, T=1\)\npatient: SELECT/);
    expect(stdout).toMatch(/doctor: GET CHALLENGE[^\n]*\n {2}< [^\n]*abcd/);
    expect(stdout).toMatch(/patient: VERIFY[^\n]*\n {2}> [^\n]*•••• \(secret, 6 bytes\)/);
    expect(stdout).toMatch(/patient: GET CHALLENGE[^\n]*\n {2}= no answer\n$/);
    expect(stdout).not.toMatch(/39{2}|999999/);
  });

  it('shows the bytes of the file when told so, in text and in JSON', async () => {
    expect((await show(SESSION, '--show-secrets')).stdout).toMatch(
      /^ {2}C 0020008106393939393939\n {2}R 63C2$/m,
    );
    const json = (await show(SESSION, '--json', '--show-secrets')).stdout;
    expect(json).toContain('"C 0020008106393939393939"');
    expect((await show(SESSION, '--json')).stdout).not.toContain('393939');
  });

  it.each([
    ['no such file', undefined, /can not be read; check the path/],
    ['no JSON', 'hello', /can not be read, read as JSON lines: line 1 is no JSON/],
    ['nothing', '', /holds no APDU/],
    [
      'a capture cut short',
      Uint8Array.of(0x0a, 0x0d, 0x0d, 0x0a, 9, 0, 0, 0, 0, 0, 0, 0),
      /can not be read: /,
    ],
  ])('refuses %s with one sentence', async (_, content, says) => {
    const run = content === undefined ? imis(['trace', 'show', file('nothing-here')]) : show(content);
    expect(sentenceOf(await run, 2)).toMatch(says);
  });
});
