import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GROUP_SUITES } from '../../apdu/index.js';
import { addGsCommand } from '../../host/cli/index.js';
import { type ImisRun, imis, sentenceOf, WorkFolder } from './imis.js';
import { runInProcess } from './run-in-process.js';

const folder = new WorkFolder();
afterAll(() => folder.remove());

const at = (name: string) => join(folder.path, name);
const read = (name: string) => JSON.parse(readFileSync(at(name), 'utf8')) as Record<string, unknown>;
const NONCE = '00112233445566778899aabbccddeeff';

/** Runs `imis gs …` on files of the work folder; everything it prints is searched for the secrets of every file there. */
async function gs(...args: readonly string[]): Promise<ImisRun> {
  return withoutSecrets(args, await runInProcess(addGsCommand, ['gs', ...args.map(placed)]));
}

/** Names of files and folders stand for those of the work folder. */
function placed(argument: string): string {
  return /^(?:[\w-]+\/)*[\w-]+\.json$|^(?:trial|other|nowhere|folder-.+)$/.test(argument)
    ? at(argument)
    : argument;
}

function withoutSecrets(args: readonly string[], run: ImisRun): ImisRun {
  for (const secret of secrets()) {
    expect(`${run.stdout}${run.stderr}`.includes(secret), `a secret is printed by ${args[0]}`).toBe(false);
  }
  return run;
}

/** A run that must end well; its JSON. */
async function good(...args: readonly string[]): Promise<Record<string, unknown>> {
  const run = await gs(...args, '--json');
  expect([run.status, run.stderr], args.join(' ')).toEqual([0, '']);
  return JSON.parse(run.stdout) as Record<string, unknown>;
}

/** What must never be shown: filled as the files appear. */
function secrets(): string[] {
  return ['trial', 'other', 'bn'].flatMap((group) => {
    try {
      const opener = read(`${group}/opener.json`) as { masterKey: string; members: Record<string, string>[] };
      const members = opener.members.flatMap((it) => [it.openingKey!, it.hintKey!]);
      return [opener.masterKey, read(`${group}/issuer.json`).secretKey as string, ...members];
    } catch {
      return [];
    }
  });
}

/** A signature file with one field changed. */
function changed(
  name: string,
  change: (content: Record<string, unknown>) => Record<string, unknown>,
): string {
  return folder.file(`changed-${++changes}.json`, JSON.stringify(change(read(name))));
}
let changes = 0;

beforeAll(async () => {
  await good('keygen', 'trial');
  await good('join', 'trial', 'D-0815');
  await good('join', 'trial', 'D-2');
  await good('sign', 'trial/member-D-0815.json', '--text', 'aspirin 100 mg', '--out', 'a.json');
  await good('sign', 'trial/member-D-2.json', '--text', 'grüße', '--equation', '10', '--out', 'b.json');
});

describe('imis gs', () => {
  it('verifies what members signed, on both libraries, without saying who', async () => {
    const result = await good('verify', 'trial/group.json', 'a.json', 'b.json', '--library', 'both');
    expect(result).toMatchObject({ bad: 0, signatures: [{ ok: true }, { ok: true }] });
    const text = await gs('verify', 'trial/group.json', 'a.json', 'b.json');
    expect(text.stdout).toContain('a.json: good, on "aspirin 100 mg" for equation 9\n');
    expect(text.stdout).toContain('b.json: good, on "grüße" for equation 10\n');
    expect(text.stdout).not.toContain('D-');
  });

  it('opens to the signer, and a judge with the public files checks the proof', async () => {
    const args = ['trial', 'a.json', '--nonce', NONCE, '--out', 'opening.json'];
    expect(await good('open', ...args)).toMatchObject({ doctor: 'D-0815', foundBy: 'hint' });
    expect(await good('open', 'trial', 'b.json')).toMatchObject({ doctor: 'D-2' });
    expect(read('trial/opener.json').log).toMatchObject([{ doctor: 'D-0815' }, { doctor: 'D-2' }]);
    const judge = (signature: string, opening: string, nonce = NONCE) =>
      gs('verify-opening', 'trial', signature, opening, '--nonce', nonce);
    expect((await judge('a.json', 'opening.json')).status).toBe(0);
    const framed = changed('opening.json', (it) => ({ ...it, doctor: 'D-2' }));
    for (const [signature, opening, nonce] of [
      ['b.json', 'opening.json', NONCE],
      ['a.json', 'opening.json', NONCE.replace('00', '01')],
      ['a.json', framed, NONCE],
    ] as const) {
      const run = await judge(signature, opening, nonce);
      expect([run.status, run.stderr]).toEqual([1, '']);
      expect(run.stdout).toContain('NOT proven');
    }
  });

  it('names the bad ones of many, each with its reason', async () => {
    const statement = changed('a.json', (it) => ({ ...it, statement: '00' }));
    const epoch = changed('a.json', (it) => ({ ...it, epoch: 2 }));
    const equation = changed('a.json', (it) => ({ ...it, domain: 'IMIS-v1/gs/eq10' }));
    const short = changed('a.json', (it) => ({ ...it, signature: '00' }));
    const run = await gs(
      'verify',
      'trial/group.json',
      'a.json',
      statement,
      'b.json',
      epoch,
      equation,
      short,
      '--json',
    );
    const result = JSON.parse(run.stdout) as { bad: number; signatures: { ok: boolean; reason?: string }[] };
    expect(run.status).toBe(1);
    expect(result.bad).toBe(4);
    expect(result.signatures.map(({ reason }) => reason ?? 'good')).toEqual([
      'good',
      'equation',
      'good',
      'epoch',
      'equation',
      'length',
    ]);
  });

  it('revokes within the epoch: the opening service knows, the public does not', async () => {
    await good('revoke', 'trial', 'D-2');
    const asked = await gs('verify', 'trial/group.json', 'a.json', 'b.json', '--opener', 'trial/opener.json');
    expect(asked.status).toBe(1);
    expect(asked.stdout).toContain('a.json: good');
    expect(asked.stdout).toContain('b.json: BAD, its signer is revoked');
    expect((await gs('verify', 'trial/group.json', 'b.json')).status).toBe(0);
  });

  it('takes no signature of another group, and opens none', async () => {
    await good('keygen', 'other');
    const run = await gs('verify', 'other/group.json', 'a.json');
    expect(run.status).toBe(1);
    expect((await gs('open', 'other', 'a.json')).status).toBe(1);
  });

  it.each(Object.keys(GROUP_SUITES))('does the same with the suite %s', async (suite) => {
    const group = `folder-${suite}`;
    await good('keygen', group, '--suite', suite, '--epoch', '7');
    expect(await good('join', group, 'D-1')).toMatchObject({ suite, epoch: 7 });
    await good('sign', `${group}/member-D-1.json`, '--text', 'x', '--out', `${suite}.json`);
    await good('verify', `${group}/group.json`, `${suite}.json`, '--library', 'both');
    const out = `${suite}-opening.json`;
    const opened = await good('open', group, `${suite}.json`, '--nonce', NONCE, '--out', out);
    expect(opened).toMatchObject({ doctor: 'D-1' });
    await good('verify-opening', group, `${suite}.json`, out, '--nonce', NONCE);
    expect((await gs('verify', 'trial/group.json', `${suite}.json`)).status).toBe(1);
  });

  it('keeps private files for their owner, and shows none of their secrets', async () => {
    for (const name of ['trial/issuer.json', 'trial/opener.json', 'trial/member-D-0815.json']) {
      expect(statSync(at(name)).mode & 0o777, name).toBe(0o600);
    }
    const secretKey = read('trial/member-D-0815.json').secretKey as string;
    for (const name of ['issuer', 'opener', 'member-D-0815', 'group', 'register']) {
      for (const form of [[], ['--json']]) {
        const run = await gs('inspect', `trial/${name}.json`, ...form);
        expect(run.status).toBe(0);
        expect(run.stdout).not.toContain(secretKey);
      }
    }
  });

  it('counts the signatures of a member before each', async () => {
    const before = read('trial/member-D-0815.json').counter as number;
    await good('sign', 'trial/member-D-0815.json', '--text', 'x', '--out', 'counted.json');
    expect(read('trial/member-D-0815.json').counter).toBe(before + 1);
  });

  it('signs nothing with a credential that a card would refuse', async () => {
    const bad = changed('trial/member-D-0815.json', (it) => ({ ...it, nonce: '00'.repeat(16) }));
    const run = await gs('sign', bad, '--text', 'x', '--out', 'never.json');
    expect(sentenceOf(run, 2)).toMatch(/credential of D-0815 is refused as a card would: proof/);
  });
});

describe('the worked example of imis gs --help', () => {
  it('runs as it stands there, and ends as it says', { timeout: 300_000 }, async () => {
    const home = new WorkFolder();
    const { stdout: help } = await imis(['gs', '--help']);
    const lines = [...help.matchAll(/^ {2}imis (gs .+?)(?: {2,}.*)?$/gm)].map((match) => match[1]!);
    expect(lines.length).toBe(8);
    const statuses: (number | null)[] = [];
    for (const line of lines) {
      const args = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2]!);
      statuses.push((await imis(args, { cwd: home.path })).status);
    }
    // the last one asks for a revoked member
    expect(statuses).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
    home.remove();
  });
});

describe('imis gs with bad input says one sentence', () => {
  const bad: readonly (readonly [what: string, args: () => readonly string[], says: RegExp])[] = [
    [
      'no such folder',
      () => ['join', 'nowhere', 'D-1'],
      /group public key .*nowhere.group\.json can not be read/,
    ],
    ['a folder that holds a group', () => ['keygen', 'trial'], /is there already/],
    ['an unknown suite', () => ['keygen', 'x', '--suite', 'rsa'], /allowed choices are ps-g1-bls12381/i],
    ['an epoch of 2^32', () => ['keygen', 'x', '--epoch', '4294967296'], /below 2\^32/],
    ['a name with a slash', () => ['join', 'trial', 'a/b'], /named by 1 to 64 letters/],
    [
      'a member twice',
      () => ['join', 'trial', 'D-2', '--out', 'again.json'],
      /has joined this group already/,
    ],
    ['no statement', () => ['sign', 'trial/member-D-2.json', '--out', 'x.json'], /--text or by --file/],
    [
      'a long statement',
      () => ['sign', 'trial/member-D-2.json', '--text', 'x'.repeat(4097), '--out', 'x.json'],
      /at most 4096 bytes/,
    ],
    [
      'equation 20',
      () => ['sign', 'trial/member-D-2.json', '--text', 'x', '--equation', '20', '--out', 'x.json'],
      /from 1 to 19/,
    ],
    [
      'a signature in the way',
      () => ['sign', 'trial/member-D-2.json', '--text', 'x', '--out', 'a.json'],
      /is there already/,
    ],
    [
      'another kind of file',
      () => ['verify', 'trial/group.json', 'trial/register.json'],
      /is no signature: its format is "imis-gs-register\/1"/,
    ],
    [
      'a later version',
      () => [
        'verify',
        'trial/group.json',
        changed('a.json', (it) => ({ ...it, format: 'imis-gs-signature/2' })),
      ],
      /is no signature: format is none of imis-gs-signature\/1/,
    ],
    ['no JSON', () => ['inspect', folder.file('no.json', '{"secretKey": "abc')], /is not JSON/],
    ['JSON of something else', () => ['inspect', folder.file('else.json', '[]')], /none of imis gs/],
    [
      'a field missing',
      () => ['verify', 'trial/group.json', changed('a.json', ({ domain: _, ...it }) => it)],
      /is no signature: domain is missing/,
    ],
    [
      'a field too many',
      () => ['verify', 'trial/group.json', changed('a.json', (it) => ({ ...it, more: 1 }))],
      /a field that it should not: more/,
    ],
    [
      'no hexadecimal',
      () => ['verify', 'trial/group.json', changed('a.json', (it) => ({ ...it, signature: 'xy' }))],
      /signature is not lower-case hexadecimal/,
    ],
    [
      'a foreign domain',
      () => ['verify', 'trial/group.json', changed('a.json', (it) => ({ ...it, domain: 'IMIS-v1/sig/eq9' }))],
      /domain is no domain tag/,
    ],
    [
      'a key that is no key',
      () => ['verify', changed('trial/group.json', (it) => ({ ...it, proof: '00'.repeat(95) })), 'a.json'],
      /group public key is refused: proof/,
    ],
    [
      'files of two groups',
      () => ['open', 'trial', changed('a.json', (it) => ({ ...it, epoch: 9 }))],
      /are of two groups: .*epoch 1, and .*epoch 9/,
    ],
    ['half a proof', () => ['open', 'trial', 'a.json', '--nonce', NONCE], /needs both --nonce/],
    [
      'a short nonce',
      () => ['open', 'trial', 'a.json', '--nonce', '00', '--out', 'o.json'],
      /16 to 64 bytes/,
    ],
    ['an unknown member', () => ['revoke', 'trial', 'D-9'], /has no member D-9/],
  ];
  it.each(bad)('%s', async (_, args, says) => {
    expect(sentenceOf(await gs(...args()), 2)).toMatch(says);
  });
});
