/** The module's functions against noble, and what it does with arguments of a wrong kind. */

import { bls12_381 as noble } from '@noble/curves/bls12-381.js';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../apdu/index.js';
import { loadNativeModule, type NativeModule } from '../../host/index.js';
import { SEED } from '../apdu/seed.js';
import { seededBytes } from '../support/seeded-random.js';

console.log(`seed ${SEED}`);
const loaded = loadNativeModule();
if (!loaded.ok) throw new Error(`${loaded.detail}: run imis engine build`);
const native: NativeModule = loaded.module;

const { Fr, Fp, Fp12 } = noble.fields;
const [G1, G2] = [noble.G1.Point, noble.G2.Point];
type P1 = typeof G1.BASE;
type P2 = typeof G2.BASE;
const R = Fr.ORDER;
const random = seededBytes(SEED, 'native module');
const integer = (bytes: Uint8Array) => BigInt(`0x${toHex(bytes)}`);
const scalar = () => integer(random(48)) % R;
const bytesOf = (k: bigint) => fromHex(k.toString(16).padStart(64, '0'));
const join = (parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

function g1(point: P1): Uint8Array {
  const out = new Uint8Array(144);
  expect(native.g1Decode(out, point.toBytes(true))).toBe(0);
  return out;
}
function g2(point: P2): Uint8Array {
  const out = new Uint8Array(288);
  expect(native.g2Decode(out, point.toBytes(true))).toBe(0);
  return out;
}
const hex1 = (point: Uint8Array) => {
  const out = new Uint8Array(48);
  native.g1Encode(out, point);
  return toHex(out);
};
const hex2 = (point: Uint8Array) => {
  const out = new Uint8Array(96);
  native.g2Encode(out, point);
  return toHex(out);
};
/** noble encodes no O. */
const encoded = (point: P1 | P2, bytes: number) =>
  point.is0() ? `c0${'00'.repeat(bytes - 1)}` : toHex(point.toBytes(true));
/** Scalars at which windows, halves and carries turn over. */
const Z2 = 0xd201000000010000n ** 2n;
const EDGES = [
  0n,
  1n,
  2n,
  15n,
  16n,
  17n,
  31n,
  32n,
  Z2 - 1n,
  Z2,
  Z2 + 1n,
  Z2 * Z2 - Z2,
  R - 1n,
  R - 2n,
  1n << 127n,
];

describe('groups', () => {
  test('addition, negation, multiples and equality', () => {
    for (const k of [...EDGES, scalar(), scalar()]) {
      const [p, q] = [G1.BASE.multiply(scalar()), G2.BASE.multiply(scalar())];
      const [out1, out2] = [new Uint8Array(144), new Uint8Array(288)];
      native.g1Multiply(out1, g1(p), bytesOf(k));
      expect(hex1(out1)).toBe(encoded(p.multiplyUnsafe(k), 48));
      expect(native.g1IsInfinite(out1)).toBe(k === 0n);
      native.g2Multiply(out2, g2(q), bytesOf(k));
      expect(hex2(out2)).toBe(encoded(q.multiplyUnsafe(k), 96));
      expect(native.g2IsInfinite(out2)).toBe(k === 0n);
      native.g1Add(out1, out1, g1(p));
      expect(hex1(out1)).toBe(encoded(p.multiplyUnsafe(k).add(p), 48));
      native.g2Add(out2, out2, g2(q));
      expect(hex2(out2)).toBe(encoded(q.multiplyUnsafe(k).add(q), 96));
      native.g1Negate(out1, g1(p));
      expect(hex1(out1)).toBe(toHex(p.negate().toBytes(true)));
      expect(native.g1IsEqual(out1, g1(p.negate()))).toBe(true);
      expect(native.g1IsEqual(out1, g1(p))).toBe(false);
      native.g2Negate(out2, g2(q));
      expect(native.g2IsEqual(out2, g2(q.negate()))).toBe(true);
      expect(native.g2IsEqual(out2, g2(q))).toBe(false);
    }
  });

  test.each([1, 2, 3, 7, 31, 32, 33, 100])('a sum of multiples of %i points', (count) => {
    const points = Array.from({ length: count }, () => G1.BASE.multiply(scalar()));
    for (const scalars of [
      points.map((_, i) => EDGES[i % EDGES.length]!),
      points.map(() => scalar()),
      points.map(() => scalar() >> 127n),
      points.map(() => 0n),
    ]) {
      const sum = points.reduce((all, point, i) => all.add(point.multiplyUnsafe(scalars[i]!)), G1.ZERO);
      const out = new Uint8Array(144);
      native.g1SumOfMultiples(out, join(points.map(g1)), join(scalars.map(bytesOf)));
      expect(hex1(out)).toBe(encoded(sum, 48));
    }
  });

  test.each([2, 40])('a sum of %i equal points, of opposite ones, of O', (count) => {
    const p = G1.BASE.multiply(scalar());
    const out = new Uint8Array(144);
    const k = scalar();
    const same = Array.from({ length: count }, () => g1(p));
    native.g1SumOfMultiples(out, join(same), join(same.map(() => bytesOf(k))));
    expect(hex1(out)).toBe(toHex(p.multiplyUnsafe((k * BigInt(count)) % R).toBytes(true)));
    const opposite = same.map((point, i) => (i % 2 === 0 ? point : g1(p.negate())));
    native.g1SumOfMultiples(out, join(opposite), join(same.map(() => bytesOf(k))));
    expect(native.g1IsInfinite(out)).toBe(true);
    const infinite = same.map((point, i) => (i === 0 ? out.slice() : point));
    native.g1SumOfMultiples(out, join(infinite), join(same.map(() => bytesOf(2n))));
    expect(hex1(out)).toBe(toHex(p.multiplyUnsafe(2n * BigInt(count - 1)).toBytes(true)));
    native.g1SumOfMultiples(out, new Uint8Array(144 * count), join(same.map(() => bytesOf(2n))));
    expect(native.g1IsInfinite(out)).toBe(true);
  });

  test('scalars', () => {
    const out = new Uint8Array(32);
    for (const a of [...EDGES, scalar()]) {
      const b = scalar();
      native.scalarAdd(out, bytesOf(a), bytesOf(b));
      expect(integer(out)).toBe(Fr.add(a, b));
      native.scalarSubtract(out, bytesOf(a), bytesOf(b));
      expect(integer(out)).toBe(Fr.sub(a, b));
      native.scalarMultiply(out, bytesOf(a), bytesOf(b));
      expect(integer(out)).toBe(Fr.mul(a, b));
      native.scalarInvert(out, bytesOf(a));
      expect(integer(out)).toBe(a === 0n ? 0n : Fr.inv(a));
    }
  });
});

describe('decoding', () => {
  const out = new Uint8Array(144);
  const p = G1.BASE.multiply(scalar());
  const [OK, ENCODING, INFINITY, SUBGROUP] = [0, 1, 2, 3];
  const withX = (x: bigint, flags: number) => {
    const bytes = fromHex(x.toString(16).padStart(96, '0'));
    bytes[0]! |= flags;
    return bytes;
  };

  test('every wrong encoding has its reason, the same that noble has', () => {
    const good = p.toBytes(true);
    const bare = good.with(0, good[0]! & 0x7f);
    const infinity = Uint8Array.from([0xc0, ...new Uint8Array(47)]);
    const cases: [Uint8Array, number][] = [
      [good, OK],
      [good.with(0, good[0]! ^ 0x20), OK],
      [bare, ENCODING],
      [good.with(0, good[0]! | 0x40), ENCODING],
      [infinity, INFINITY],
      [infinity.with(0, 0xe0), ENCODING],
      [infinity.with(47, 1), ENCODING],
      [good.subarray(1), ENCODING],
      [Uint8Array.from([...good, 0]), ENCODING],
      [new Uint8Array(48), ENCODING],
      [new Uint8Array(48).fill(0xff), ENCODING],
      [withX(Fp.ORDER, 0x80), ENCODING],
      [withX(Fp.ORDER + 4n, 0x80), ENCODING],
      // (0, 2) and (0, −2) have order 3
      [withX(0n, 0x80), SUBGROUP],
      [withX(0n, 0xa0), SUBGROUP],
    ];
    for (const [bytes, reason] of cases) {
      expect(native.g1Decode(out, bytes), toHex(bytes)).toBe(reason);
      let accepted: boolean;
      try {
        accepted = !G1.fromBytes(bytes).is0();
      } catch {
        accepted = false;
      }
      expect(accepted, toHex(bytes)).toBe(reason === OK);
    }
  });

  test('points of either curve with a random x: on it or not, in the subgroup or not', () => {
    const seen = { 0: 0, 1: 0, 2: 0, 3: 0 };
    for (let i = 0; i < 60; i++) {
      const bytes = withX(integer(random(64)) % Fp.ORDER, i % 2 === 0 ? 0x80 : 0xa0);
      const reason = native.g1Decode(out, bytes) as keyof typeof seen;
      seen[reason]++;
      let expected = SUBGROUP;
      try {
        G1.fromBytes(bytes);
      } catch (error) {
        expected = String(error).includes('subgroup') ? SUBGROUP : ENCODING;
      }
      expect(reason).toBe(expected);
    }
    expect(Math.min(seen[1], seen[3])).toBeGreaterThan(10);
    const out2 = new Uint8Array(288);
    for (let i = 0; i < 20; i++) {
      const bytes = join([withX(integer(random(64)) % Fp.ORDER, 0x80), random(48).fill(0, 0, 1)]);
      let expected = OK;
      try {
        G2.fromBytes(bytes);
      } catch (error) {
        expected = String(error).includes('subgroup') ? SUBGROUP : ENCODING;
      }
      expect(native.g2Decode(out2, bytes)).toBe(expected);
    }
  });
});

describe('pairing', () => {
  const coefficients = (element: ReturnType<typeof noble.pairing>) =>
    [element.c0, element.c1]
      .flatMap(({ c0, c1, c2 }) => [c0, c1, c2])
      .flatMap(({ c0, c1 }) => [c0, c1])
      .map((it) => it.toString(16).padStart(96, '0'))
      .join('');
  const paired = (...pairs: Uint8Array[]) => {
    const [out, encoded] = [new Uint8Array(576), new Uint8Array(576)];
    native.millerProduct(out, ...pairs);
    native.finalExponentiation(out, out);
    native.gtEncode(encoded, out);
    return { out, hex: toHex(encoded) };
  };
  const lines = (point: P2) => {
    const out = new Uint8Array(19_584);
    native.g2Lines(out, g2(point));
    return out;
  };

  test('products of one to eight, with and without prepared lines, to the byte', () => {
    for (const count of [1, 2, 3, 8]) {
      const pairs = Array.from(
        { length: count },
        () => [G1.BASE.multiply(scalar()), G2.BASE.multiply(scalar())] as const,
      );
      const expected = coefficients(noble.pairingBatch(pairs.map(([p, q]) => ({ g1: p, g2: q }))));
      expect(paired(...pairs.flatMap(([p, q]) => [g1(p), g2(q)])).hex).toBe(expected);
      expect(paired(...pairs.flatMap(([p, q], i) => [g1(p), i % 2 ? g2(q) : lines(q)])).hex).toBe(expected);
    }
  });

  test('O pairs to 1, elements multiply, 1 is told from others', () => {
    const [p, q] = [G1.BASE.multiply(scalar()), G2.BASE.multiply(scalar())];
    const one = paired(new Uint8Array(144), g2(q));
    expect(native.gtIsOne(one.out)).toBe(true);
    expect(one.hex).toBe(coefficients(Fp12.ONE));
    expect(native.gtIsOne(paired(g1(p), new Uint8Array(288)).out)).toBe(true);
    const other = paired(g1(p), lines(q), new Uint8Array(144), g2(q));
    expect(native.gtIsOne(other.out)).toBe(false);
    expect(other.hex).toBe(coefficients(noble.pairing(p, q)));
    const product = new Uint8Array(576);
    native.gtMultiply(product, other.out, paired(g1(p.negate()), g2(q)).out);
    expect(native.gtIsOne(product)).toBe(true);
  });
});

describe('arguments', () => {
  const point = g1(G1.BASE);
  const out = () => new Uint8Array(144);
  const anything = native as unknown as Record<string, (...args: unknown[]) => unknown>;

  test('of another type, number or length are thrown at, and nothing is written', () => {
    const result = out();
    const wrong: [string, unknown[]][] = [
      ['g1Decode', []],
      ['g1Decode', [result]],
      ['g1Decode', [result, 'text']],
      ['g1Decode', [result, undefined]],
      ['g1Decode', [result, new Uint32Array(12)]],
      ['g1Decode', [result, new Uint8Array(48), new Uint8Array(1)]],
      ['g1Decode', [new Uint8Array(143), new Uint8Array(48)]],
      ['g1Encode', [result, point]],
      ['g1Add', [result, point, point.subarray(1)]],
      ['g1Add', [result, point, g2(G2.BASE)]],
      ['g1Multiply', [result, point, bytesOf(R)]],
      ['g1Multiply', [result, point, new Uint8Array(32).fill(0xff)]],
      ['g1Multiply', [result, point, new Uint8Array(31)]],
      ['g1SumOfMultiples', [result, new Uint8Array(0), new Uint8Array(0)]],
      ['g1SumOfMultiples', [result, point, new Uint8Array(64)]],
      ['g1SumOfMultiples', [result, point, bytesOf(R)]],
      ['g1SumOfMultiples', [result, new Uint8Array(144 * 2049), new Uint8Array(32 * 2049)]],
      ['g2Lines', [new Uint8Array(19_584), new Uint8Array(288)]],
      ['millerProduct', [new Uint8Array(576)]],
      ['millerProduct', [new Uint8Array(576), point]],
      ['millerProduct', [new Uint8Array(576), point, point]],
      ['millerProduct', [new Uint8Array(575), point, g2(G2.BASE)]],
      ['millerProduct', [new Uint8Array(576), ...Array(18).fill(point)]],
      ['gtIsOne', [new Uint8Array(575)]],
      ['scalarInvert', [new Uint8Array(32), bytesOf(R)]],
      ['scalarAdd', [new Uint8Array(32), bytesOf(1n)]],
    ];
    for (const [name, args] of wrong) {
      expect(() => anything[name]!(...args), `${name} ${args.length}`).toThrow(/^[a-zO][^\n]{5,60}$/);
    }
    expect(result).toEqual(out());
  });

  test('are read where they lie, and may be the result too', () => {
    const wide = new Uint8Array(300);
    wide.set(point, 13);
    native.g1Add(wide.subarray(13, 157), wide.subarray(13, 157), point);
    expect(hex1(wide.subarray(13, 157))).toBe(toHex(G1.BASE.double().toBytes(true)));
    expect([...wide.subarray(0, 13), ...wide.subarray(157)].every((byte) => byte === 0)).toBe(true);
  });

  test('no error shows what was given', () => {
    const secret = new Uint8Array(32).fill(0xab);
    try {
      native.g1Multiply(out(), point, secret);
      expect.unreachable();
    } catch (error) {
      expect(String(error)).toBe('RangeError: a scalar is not below the order');
    }
  });
});
