import { expect, test } from 'vitest';
import { GROUP_SUITES } from '../../apdu/index.js';
import { imis, SEED, sentenceOf } from './imis.js';

type Document = {
  readonly suite: string;
  readonly joinMode: string;
  readonly phases: readonly {
    readonly outcome: string;
    readonly reason?: string;
    readonly commands: readonly {
      readonly name: string;
      readonly card: string;
      readonly sw: string;
      readonly operations: readonly { readonly name: string; readonly count: number }[];
    }[];
  }[];
};

const visit = async (...args: string[]) => {
  const run = await imis(['visit', '--json', '--seed', SEED, ...args]);
  return { status: run.status, document: JSON.parse(run.stdout) as Document };
};

test.each(Object.values(GROUP_SUITES).map((suite) => [suite.name, suite] as const))(
  'imis visit --suite %s: the whole visit on the default profile',
  async (name, suite) => {
    const { status, document } = await visit('--suite', name, '--profile', 'default');
    expect(status).toBe(0);
    expect(document.suite).toBe(name);
    expect(document.phases.every(({ outcome }) => outcome === 'ok')).toBe(true);
    const doctors = document.phases
      .flatMap(({ commands }) => commands)
      .filter(({ card }) => card === 'doctor');
    const multiplications = (command: string) =>
      doctors
        .filter((it) => it.name.includes(command))
        .map(
          ({ operations }) => operations.find((it) => it.name === `${suite.curve.name}-g1-mul`)?.count ?? 0,
        );
    const each = suite.scheme === 'ps-g1' ? 3 : 9;
    expect(multiplications('COUPON: MAKE')).toEqual([each, each, each]);
    expect(multiplications('COMPUTE DIGITAL SIGNATURE')).toEqual([0, 0, 0]);
  },
);

test('a card whose memory does not hold the suite says so, with 6A84 and in one sentence', async () => {
  const args = ['--suite', 'bbs-bls12381', '--profile', 'nxp-jcop3-j3h145-scp03'];
  const { status, document } = await visit(...args);
  expect(status).toBe(1);
  const refused = document.phases.at(-1)!;
  expect(refused.outcome).toBe('refused');
  expect(refused.commands.at(-1)).toMatchObject({ sw: '6A84' });
  expect(refused.reason).toMatch(/6A84: not enough memory space \(the command needs more RAM/);
});

test('an unknown suite is a usage error that names the known ones', async () => {
  const sentence = sentenceOf(await imis(['visit', '--suite', 'bls']), 2);
  expect(sentence).toMatch(/ps-g1-bls12381.*bbs-bn254/);
});

test('imis visit --join issuer-made: NHI makes the member key, and the doctor’s card signs with it all the same', async () => {
  const { status, document } = await visit('--join', 'issuer-made');
  expect(status).toBe(0);
  expect(document.joinMode).toBe('issuer-made');
  const names = document.phases.flatMap(({ commands }) => commands).map(({ name }) => name);
  expect(names).toContain('JOIN GROUP: COMPLETE, ISSUER-MADE');
  expect(names).not.toContain('JOIN GROUP: COMPLETE');
});
