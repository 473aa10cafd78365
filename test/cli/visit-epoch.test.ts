/** `imis visit --scenario epoch`: every doctor's card renewed, one doctor revoked. */

import { describe, expect, it } from 'vitest';
import { imis, SEED } from './imis.js';

const RUN = ['visit', '--scenario', 'epoch', '--seed', SEED] as const;

describe('imis visit --scenario epoch', () => {
  it('passes every phase, renews the card in use and says so', async () => {
    console.log(`seed ${SEED}`);
    const { status, stdout, stderr } = await imis([...RUN, '--trace', 'none']);
    expect([status, stderr]).toEqual([0, '']);
    const phases = [...stdout.matchAll(/^■ (.+) \((?:eq\. [\d, ]+|no equation)\): (.+)$/gm)];
    expect(phases.map(([, name, outcome]) => `${name}: ${outcome}`)).toEqual([
      'register doctor: ok',
      'register colleague: ok',
      'refill coupons: ok',
      'sign in the old epoch: ok',
      'revoke colleague, begin a new epoch: ok',
      'renew the membership of every doctor: ok',
      'sign in the new epoch: ok',
      'the old epoch counts for a day: ok',
    ]);
    expect(stdout).toMatch(/^doctor +JOIN GROUP: RENEW +9000/m);
  });

  it('is repeatable to the byte', async () => {
    const [one, two] = [await imis([...RUN, '--json']), await imis([...RUN, '--json'])];
    expect(one.status).toBe(0);
    expect(one.stdout).toBe(two.stdout);
    expect(JSON.parse(one.stdout)).toMatchObject({ scenario: 'epoch', seed: Number(SEED) });
  });
});
