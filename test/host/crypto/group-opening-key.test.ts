import { describe, expect, test } from 'vitest';
import { nobleEngine, splitForOpening } from '../../../applet/index.js';
import { combineOpeningShares, openingShare } from '../../../host/index.js';
import { meteredCoprocessor } from '../../applet/crypto/metered-coprocessor.js';
import { type Group, group, memberRequest } from './group-fixture.js';

const bls = await group('bls12381', 51);
const bn = await group('bn254', 52);

const refused = (reason: string) => ({ ok: false, reason });

function registration(to: Group, seed: number) {
  const metered = meteredCoprocessor(seed);
  const { secretKey, membershipKey } = memberRequest(to, seed);
  metered.charges.length = 0;
  const split = splitForOpening(metered.coprocessor, to.suite, secretKey, 3);
  const shares = [openingShare(to.curve, split.b), openingShare(to.curve, split.a)] as const;
  return { ...metered, secretKey, membershipKey, split, shares };
}

describe.each([
  ['BLS12-381', bls],
  ['BN', bn],
])('register for opening on %s', (_, to) => {
  const { curve } = to;
  const one = registration(to, 1);
  const two = registration(to, 2);

  test('two shares give T~ = sk·g~, in either order', () => {
    const openingKey = curve.encodeG2(curve.mcl.mul(curve.g2, curve.scalar(one.secretKey)));
    const { membershipKey, shares } = one;
    const swapped = [shares[1], shares[0]] as const;
    expect(combineOpeningShares(curve, { membershipKey, shares })).toEqual({ ok: true, openingKey });
    expect(combineOpeningShares(curve, { membershipKey, shares: swapped })).toEqual({ ok: true, openingKey });
  });

  test('the parts add to sk, neither is sk, and the card multiplies no point', () => {
    const { a, b } = one.split;
    expect(nobleEngine.modAdd(a, b, to.suite.curve.order)).toEqual(one.secretKey);
    expect(a).not.toEqual(one.secretKey);
    expect(b).not.toEqual(one.secretKey);
    expect(one.counts()).not.toHaveProperty(`${to.suite.name}-g1-mul`);
  });

  test('refused: a share of another card, one share twice, a share alone with its opposite', () => {
    const { membershipKey, shares } = one;
    const opposite = decoded(to, shares[0]);
    const minus = curve.encodeG2(curve.mcl.neg(opposite));
    const pairs = [
      [shares[0], two.shares[1]],
      [two.shares[0], two.shares[1]],
      [shares[0], shares[0]],
      [shares[0], minus],
    ] as const;
    for (const pair of pairs) {
      expect(combineOpeningShares(curve, { membershipKey, shares: pair })).toEqual(refused('mismatch'));
    }
  });

  test('refused: malformed shares and a malformed D', () => {
    const { membershipKey, shares } = one;
    const bad = new Uint8Array(to.suite.curve.g2Bytes).fill(0xff);
    for (const pair of [[bad, shares[1]] as const, [shares[0], bad] as const]) {
      expect(combineOpeningShares(curve, { membershipKey, shares: pair })).toEqual(refused('encoding'));
    }
    const short = membershipKey.subarray(1);
    expect(combineOpeningShares(curve, { membershipKey: short, shares })).toEqual(refused('encoding'));
  });

  test('a part that is zero or not below the order has no share', () => {
    for (const part of [new Uint8Array(32), to.suite.curve.order, new Uint8Array(31)]) {
      expect(() => openingShare(curve, part)).toThrow(RangeError);
    }
  });
});

describe('torsion', () => {
  test('a share outside the subgroup of G2, or at infinity, is refused before any pairing', () => {
    const { membershipKey, shares } = registration(bls, 1);
    // the curve point with x = 2 is on E'(Fp2) but not in G2
    const outside = new Uint8Array(96);
    outside[0] = 0x80;
    outside[95] = 2;
    const infinity = new Uint8Array(96);
    infinity[0] = 0xc0;
    const refusedFor = (bad: Uint8Array) =>
      combineOpeningShares(bls.curve, { membershipKey, shares: [bad, shares[1]] });
    expect(refusedFor(outside)).toEqual(refused('subgroup'));
    expect(refusedFor(infinity)).toEqual(refused('infinity'));
  });
});

function decoded(to: Group, share: Uint8Array) {
  const result = to.curve.decodeG2(share);
  if (!result.ok) throw new Error(result.reason);
  return result.point;
}
