import type { Fr } from 'mcl-wasm';
import { describe, expect, test } from 'vitest';
import { signGroup } from '../../../applet/index.js';
import {
  type BatchItem,
  type GroupVerifier,
  multiplyAndSum,
  type Rng,
  seededRng,
  verifyBatch,
} from '../../../host/index.js';
import { type Group, group, member, SIGNED } from './group-fixture.js';
import { anyPoint, signAnything } from './mcl-signer.js';

const bls = await group('bls12381', 31);
const bn = await group('bn254', 32);
const cards = new Map([
  [bls, await member(bls, 1)],
  [bn, await member(bn, 2)],
]);
const seed = 2026;
console.log(`batch seed ${seed}`);
const rng = (): Rng => seededRng(seed, 'exponents');

function good(to: Group, count: number, sender = 'clinic'): BatchItem[] {
  const { coprocessor, key } = cards.get(to)!;
  return Array.from({ length: count }, (_, i) => {
    const signature = signGroup(coprocessor, to.suite, key, SIGNED, 100 + i)!;
    return { sender, signed: { ...SIGNED, signature } };
  });
}

/** Two signatures by nobody: random points and their opposites, so that all sums with equal weights are O. */
function cancellingPair(to: Group, sender = 'mallory'): BatchItem[] {
  const { mcl } = to.curve;
  const secretKey = seededRng(5).bytes(32).fill(0, 0, 1);
  const [s1, s2] = [anyPoint(to, 1), anyPoint(to, 2)];
  const signers = [
    { secretKey, s1, s2 },
    { secretKey, s1: mcl.neg(s1), s2: mcl.neg(s2) },
  ];
  return signers.map((signer, i) => ({
    sender,
    signed: { ...SIGNED, signature: signAnything(to, signer, i) },
  }));
}

/** The batch equation with exponents of the attacker's liking. */
function holdsWith(to: Group, items: readonly BatchItem[], exponent: Fr): boolean {
  const checked = items.map(({ signed }) => to.verifier.check(signed));
  const points = checked.map((it) => {
    if (!it.ok) throw new Error(it.reason);
    return it.points;
  });
  const exponents = points.map(() => exponent);
  const sum = (part: 0 | 1 | 2) =>
    multiplyAndSum(
      to.curve,
      points.map((it) => it[part]),
      exponents,
    );
  return to.verifier.equationHolds([sum(0), sum(1), sum(2)]);
}

const equation = { ok: false, reason: 'equation' };
const ok = { ok: true };

describe.each([
  ['BLS12-381', bls],
  ['BN', bn],
])('a batch on %s', (_, to) => {
  test('of good signatures costs one product', () => {
    const { verdicts, products } = verifyBatch(to.verifier, good(to, 6), { rng: rng() });
    expect(verdicts).toEqual(Array(6).fill(ok));
    expect(products).toBe(1);
  });

  test('opposite forgeries pass with unit exponents and are named with drawn ones', () => {
    const items = [...good(to, 3), ...cancellingPair(to)];
    const one = to.curve.scalar(Uint8Array.from([...new Uint8Array(31), 1]));
    expect(holdsWith(to, cancellingPair(to), one)).toBe(true);
    expect(holdsWith(to, items, one)).toBe(true);
    const { verdicts } = verifyBatch(to.verifier, items, { rng: rng() });
    expect(verdicts).toEqual([ok, ok, ok, equation, equation]);
  });
});

describe('bad signatures', () => {
  const bad = (sender: string) => cancellingPair(bls, sender)[0]!;

  test('are named wherever they stand, and agree with single verification', () => {
    const honest = good(bls, 7, 'm');
    for (const places of [[0], [6], [3], [2, 5], [0, 1, 2, 3, 4, 5, 6]]) {
      const items = honest.map((item, i) => (places.includes(i) ? bad('m') : item));
      const { verdicts } = verifyBatch(bls.verifier, items, { rng: rng() });
      const single: GroupVerifier = bls.verifier;
      expect(verdicts).toEqual(items.map(({ signed }) => single.verify(signed)));
    }
  });

  test('of a malformed kind cost no product and keep their reason', () => {
    const [first, second] = good(bls, 2);
    const altered = first!.signed.signature.slice();
    altered.fill(0xff, 152);
    const items = [
      { sender: 'm', signed: { ...SIGNED, signature: altered } },
      { sender: 'm', signed: { ...SIGNED, signature: new Uint8Array(3) } },
      second!,
    ];
    const { verdicts, products } = verifyBatch(bls.verifier, items, { rng: rng() });
    expect(verdicts).toEqual([
      { ok: false, reason: 'response-range' },
      { ok: false, reason: 'length' },
      { ok: true },
    ]);
    expect(products).toBe(1);
  });

  test('of one sender cost the others at most their halvings', () => {
    const honest = [...good(bls, 2, 'a'), ...good(bls, 2, 'b'), ...good(bls, 2, 'c')];
    const flood = Array.from({ length: 8 }, () => bad('m'));
    const items = [...honest, ...flood];
    const { verdicts, products } = verifyBatch(bls.verifier, items, { rng: rng(), productsPerSender: 4 });
    expect(verdicts.slice(0, 6)).toEqual(Array(6).fill(ok));
    const blamed = verdicts.slice(6).map((verdict) => (verdict.ok ? 'ok' : verdict.reason));
    expect(new Set(blamed)).toEqual(new Set(['equation', 'undecided']));
    // the whole, two halvings among four senders, and what mallory is granted
    expect(products).toBeLessThanOrEqual(1 + 2 * 2 + 4);
  });

  test('that use up the grant leave their own sender undecided, never accepted', () => {
    const items = [...good(bls, 3, 'm'), bad('m')];
    for (let productsPerSender = 0; productsPerSender < 4; productsPerSender++) {
      const { verdicts, products } = verifyBatch(bls.verifier, items, { rng: rng(), productsPerSender });
      expect(verdicts[3]!.ok).toBe(false);
      expect(products).toBeLessThanOrEqual(1 + productsPerSender);
    }
  });
});

describe('exponents', () => {
  test('are drawn after every signature was read, 16 bytes each, never zero', () => {
    const asked: number[] = [];
    const source = rng();
    let zeroes = 2;
    const watched: Rng = {
      bytes(length) {
        asked.push(length);
        return zeroes-- > 0 ? new Uint8Array(length) : source.bytes(length);
      },
    };
    const items = [...good(bls, 2), { sender: 'x', signed: { ...SIGNED, signature: new Uint8Array(184) } }];
    const seen: number[] = [];
    const spied = items.map(({ sender, signed }) => ({
      sender,
      get signed() {
        seen.push(asked.length);
        return signed;
      },
    }));
    const { verdicts } = verifyBatch(bls.verifier, spied, { rng: watched });
    expect(verdicts.map((verdict) => verdict.ok)).toEqual([true, true, false]);
    expect(seen.every((drawn) => drawn === 0)).toBe(true);
    // two refused zeros and two exponents
    expect(asked).toEqual([16, 16, 16, 16]);
  });

  test('an empty batch needs none', () => {
    expect(verifyBatch(bls.verifier, [], { rng: rng() })).toEqual({ verdicts: [], products: 0 });
  });

  test('a sum of more points than one call of mcl takes', () => {
    const { curve } = bls;
    const { mcl } = curve;
    const one = curve.scalar(Uint8Array.from([...new Uint8Array(31), 1]));
    const count = new mcl.Fr();
    for (const total of [2048, 2049, 5000]) {
      count.setInt(total);
      const points = Array.from({ length: total }, () => curve.g1);
      const sum = multiplyAndSum(curve, points, Array(total).fill(one));
      expect(sum.isEqual(mcl.mul(curve.g1, count))).toBe(true);
    }
  });
});
