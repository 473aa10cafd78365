import { describe, expect, test } from 'vitest';
import { imis, sentenceOf } from './imis.js';

type Step = {
  readonly ramPeakBytes: number;
  readonly operations: readonly { readonly name: string; readonly count: number }[];
  readonly predictedCryptoMs: Readonly<Record<string, number | null>>;
};
type Report = {
  readonly suites: readonly {
    readonly suite: string;
    readonly bytes: Readonly<Record<string, number>>;
    readonly nvmBytes: Readonly<Record<string, number>>;
    readonly steps: Readonly<Record<string, Step>>;
    readonly hostUs: Readonly<Record<string, { readonly median: number }>> | null;
  }[];
  readonly host: object | null;
};

const CARD = 'nxp-jcop4-j3r180';
const report = async (...args: string[]) => {
  const run = await imis(['perf', 'suites', '--json', ...args]);
  expect(run.status).toBe(0);
  return JSON.parse(run.stdout) as Report;
};

describe('imis perf suites', () => {
  // "credential" is in both parts: the spread leaves the stored one, the one on the wire is compared after it
  test('bytes and multiplications of the four suites; card time where a profile has data', async () => {
    const { suites, host } = await report('--rounds', '0');
    expect(host).toBeNull();
    expect(suites.map(({ suite, bytes, nvmBytes }) => ({ suite, ...bytes, ...nvmBytes }))).toEqual([
      {
        suite: 'ps-g1-bls12381',
        signature: 184,
        groupKey: 289,
        credential: 192,
        openingProof: 127,
        coupon: 188,
      },
      {
        suite: 'ps-g1-bn254',
        signature: 136,
        groupKey: 385,
        credential: 128,
        openingProof: 159,
        coupon: 140,
      },
      {
        suite: 'bbs-bls12381',
        signature: 351,
        groupKey: 289,
        credential: 416,
        openingProof: 63,
        coupon: 260,
      },
      { suite: 'bbs-bn254', signature: 287, groupKey: 321, credential: 288, openingProof: 63, coupon: 196 },
    ]);
    expect(suites.map(({ bytes }) => bytes.credential)).toEqual([159, 127, 335, 319]);
    const multiplications = (step: string) =>
      suites.map(
        ({ steps }) => steps[step]!.operations.find(({ name }) => name.endsWith('-g1-mul'))?.count ?? 0,
      );
    expect(multiplications('sign')).toEqual([3, 3, 9, 9]);
    expect(multiplications('makeCoupon')).toEqual([3, 3, 9, 9]);
    expect(multiplications('spendCoupon')).toEqual([0, 0, 0, 0]);
    expect(multiplications('accept')).toEqual([4, 2, 8, 5]);
    for (const { steps, hostUs } of suites) {
      expect(hostUs).toBeNull();
      const { sign, spendCoupon } = steps;
      expect(sign!.predictedCryptoMs[CARD]!).toBeGreaterThan(spendCoupon!.predictedCryptoMs[CARD]!);
      expect(sign!.predictedCryptoMs.default).toBeNull();
      expect(sign!.ramPeakBytes).toBeGreaterThan(spendCoupon!.ramPeakBytes);
      expect(Object.keys(sign!.predictedCryptoMs).length).toBe(13);
    }
  });

  test('one profile, twice the same bytes', async () => {
    const args = ['perf', 'suites', '--json', '--rounds', '0', '--profile', CARD];
    const [one, two] = [await imis(args), await imis(args)];
    expect(one.stdout).toBe(two.stdout);
    const { suites } = JSON.parse(one.stdout) as Report;
    for (const { steps } of suites) expect(Object.keys(steps.sign!.predictedCryptoMs)).toEqual([CARD]);
  });

  test('text: a column for each suite, no data where there is none, host time with its interval', {
    timeout: 240_000,
  }, async () => {
    const run = await imis(['perf', 'suites', '--profile', 'default', '--rounds', '1']);
    expect(run.status).toBe(0);
    for (const suite of ['ps-g1-bls12381', 'ps-g1-bn254', 'bbs-bls12381', 'bbs-bn254']) {
      expect(run.stdout).toContain(suite);
    }
    expect(run.stdout).toMatch(/default +no data +no data +no data +no data/);
    expect(run.stdout).toMatch(/verify, mcl-wasm( +\d+ \(\d+–\d+\)){4}/);
  });

  test('an unknown profile is a usage error', async () => {
    expect(sentenceOf(await imis(['perf', 'suites', '--profile', 'nobody']), 2)).toMatch(/no card profile/);
  });
});
