import { bn254 } from '@noble/curves/bn254.js';
import { describe, expect, test } from 'vitest';
import { joinPsSignature, splitPsSignature } from '../../../apdu/index.js';
import { signGroup } from '../../../applet/index.js';
import { loadGroupVerifier, loadNobleGroupVerifier, type PublishedGroupKey } from '../../../host/index.js';
import { EPOCH, group, member, SIGNED } from './group-fixture.js';
import { anyPoint, g1, signAnything } from './mcl-signer.js';

const bn = await group('bn254', 81);
const card = await member(bn, 1);
const loaded = loadNobleGroupVerifier(bn.keys.published);
if (!loaded.ok) throw new Error(loaded.reason);
const noble = loaded.verifier;
const signature = signGroup(card.coprocessor, bn.suite, card.key, SIGNED, 10)!;
const parts = splitPsSignature(bn.suite, signature)!;

const both = (altered: Uint8Array) => {
  const verdicts = [bn.verifier, noble].map((verifier) => verifier.verify({ ...SIGNED, signature: altered }));
  expect(verdicts[0]).toEqual(verdicts[1]);
  return verdicts[0];
};
const refused = (reason: string) => ({ ok: false, reason });

describe('BN, noble and mcl', () => {
  test('signed on noble, verified on mcl and on noble', () => {
    expect(both(signature)).toEqual({ ok: true });
  });

  test('signed on mcl, verified on noble', () => {
    const { credential, key } = card;
    const points = { s1: g1(bn, credential.sigma1), s2: g1(bn, credential.sigma2) };
    const onMcl = signAnything(bn, { ...points, secretKey: key.secretKey }, 4);
    expect(both(onMcl)).toEqual({ ok: true });
    const forged = { s1: anyPoint(bn, 1), s2: anyPoint(bn, 2), secretKey: key.secretKey };
    expect(both(signAnything(bn, forged, 5))).toEqual(refused('equation'));
  });

  test('refuse every part that is altered, for one reason', () => {
    for (const at of [0, 1, 31, 32, 63, 64, 95, 96, 103, 104, 135]) {
      const altered = signature.slice();
      altered[at]! ^= 0x10;
      expect(both(altered)).toMatchObject({ ok: false });
    }
    const sum = BigInt(`0x${Buffer.from(parts.response).toString('hex')}`) + bn254.fields.Fr.ORDER;
    const response = new Uint8Array(Buffer.from(sum.toString(16).padStart(64, '0'), 'hex'));
    expect(both(joinPsSignature(bn.suite, { ...parts, response }))).toEqual(refused('response-range'));
  });

  test('refuse zeros, ones and the negative of each point', () => {
    for (const part of ['s1', 's2', 'commitment'] as const) {
      const zero = joinPsSignature(bn.suite, { ...parts, [part]: new Uint8Array(32) });
      expect(both(zero)).toMatchObject({ ok: false });
      const full = joinPsSignature(bn.suite, { ...parts, [part]: new Uint8Array(32).fill(0xff) });
      expect(both(full)).toEqual(refused('encoding'));
      const negative = parts[part].slice();
      negative[0]! ^= 0x80;
      expect(both(joinPsSignature(bn.suite, { ...parts, [part]: negative }))).toEqual(refused('equation'));
    }
  });
});

describe('BN group key', () => {
  const { published } = bn.keys;
  const load = (change: Partial<PublishedGroupKey>) => {
    const key = { ...published, epoch: EPOCH, ...change };
    const results = [loadGroupVerifier(bn.curve, key), loadNobleGroupVerifier(key)];
    const reasons = results.map((result) => (result.ok ? 'ok' : result.reason));
    expect(reasons[0]).toBe(reasons[1]);
    return reasons[0];
  };
  const withX = (point: Uint8Array) => {
    const publicKey = published.publicKey.slice();
    publicKey.set(point, 129);
    return load({ publicKey });
  };

  test('loads on both libraries, with its proof only', () => {
    expect(load({})).toBe('ok');
    for (const at of [0, 31, 94]) {
      const proof = published.proof.slice();
      proof[at]! ^= 1;
      expect(load({ proof })).toBe('proof');
    }
  });

  test('outside the subgroup of the twist, off the twist, zero, not canonical', () => {
    expect(withX(outsideSubgroup())).toBe('subgroup');
    expect(withX(new Uint8Array(128).fill(1))).toBe('encoding');
    expect(withX(new Uint8Array(128))).toBe('encoding');
    expect(withX(new Uint8Array(128).fill(0xff))).toBe('encoding');
  });
});

/** The twist's point with the smallest real x: the subgroup is one in 2^254 of them. */
function outsideSubgroup(): Uint8Array {
  const { Fp2 } = bn254.fields;
  const b = Fp2.div(Fp2.create({ c0: 3n, c1: 0n }), Fp2.create({ c0: 9n, c1: 1n }));
  for (let c0 = 1n; ; c0++) {
    const x = Fp2.create({ c0, c1: 0n });
    const square = Fp2.add(Fp2.mul(Fp2.sqr(x), x), b);
    let y: typeof x;
    try {
      y = Fp2.sqrt(square);
    } catch {
      continue;
    }
    const hex = [x.c1, x.c0, y.c1, y.c0].map((part) => part.toString(16).padStart(64, '0')).join('');
    return new Uint8Array(Buffer.from(hex, 'hex'));
  }
}
