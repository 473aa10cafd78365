import { describe, expect, test } from 'vitest';
import { challengeOf, psChallengeInput, splitPsSignature, utf8ToBytes } from '../../../apdu/index.js';
import { couponBytes, makeCoupon, nobleEngine, signGroup, spendCoupon } from '../../../applet/index.js';
import { sha256 } from '../../../host/index.js';
import { meteredCoprocessor } from '../../applet/crypto/metered-coprocessor.js';
import { EPOCH, type Group, group, member, SIGNED } from './group-fixture.js';

const bls = await group('bls12381', 61);
const bn = await group('bn254', 62);
const onBls = { to: bls, card: await member(bls, 1), bytes: 188 };
const onBn = { to: bn, card: await member(bn, 2), bytes: 140 };
type Holder = typeof onBls;
type Signed = { readonly domain: string; readonly statement: Uint8Array };

const refused = (reason: string) => ({ ok: false, reason });
const coupon = ({ to, card }: Holder, counter = 70) =>
  makeCoupon(card.coprocessor, to.suite, card.key, counter)!;
const spend = ({ to, card }: Holder, bytes: Uint8Array, signed: Signed = SIGNED) =>
  spendCoupon(card.coprocessor, to.suite, card.key, bytes, signed);

describe.each([
  ['BLS12-381', onBls],
  ['BN', onBn],
])('a coupon on %s', (_, holder) => {
  const { to, card } = holder;

  test('becomes a signature like any other', () => {
    const made = coupon(holder);
    expect(made.length).toBe(holder.bytes);
    expect(couponBytes(to.suite)).toBe(holder.bytes);
    const result = spend(holder, made.slice());
    if (!result.ok) throw new Error(result.reason);
    expect(to.verifier.verify({ ...SIGNED, signature: result.signature })).toEqual({ ok: true });
    // the same draws without a coupon, on a twin of the card: the same bytes
    const twin = meteredCoprocessor(7);
    const made2 = makeCoupon(twin.coprocessor, to.suite, card.key, 71)!;
    const direct = signGroup(meteredCoprocessor(7).coprocessor, to.suite, card.key, SIGNED, 71);
    const spent = spend(holder, made2);
    expect(spent.ok && spent.signature).toEqual(direct);
  });

  test('costs three multiplications ahead, and online one hash and one modular multiplication', () => {
    card.charges.length = 0;
    const made = coupon(holder);
    expect(card.counts()).toMatchObject({ [`${to.suite.curve.name}-g1-mul`]: 3, rng: 1 });
    card.charges.length = 0;
    expect(spend(holder, made).ok).toBe(true);
    expect(card.counts()).toEqual({ sha256: 1, modmul: 1, modadd: 1 });
  });

  test('is erased in RAM by spending, also when it is refused', () => {
    const made = coupon(holder);
    const old = made.slice();
    spend(holder, made);
    expect(made).toEqual(new Uint8Array(holder.bytes));
    const stale = { ...card.key, epoch: EPOCH + 1 };
    expect(spendCoupon(card.coprocessor, to.suite, stale, old, SIGNED)).toEqual(refused('epoch'));
    expect(old).toEqual(new Uint8Array(holder.bytes));
  });

  test('destroyed or torn, gives no signature: the response would be c·sk', () => {
    const made = coupon(holder);
    const zeroed = made.slice().fill(0, holder.bytes - 32);
    expect(spend(holder, zeroed)).toEqual(refused('destroyed'));
    const blank = made.slice().fill(0xff, holder.bytes - 32);
    expect(spend(holder, blank)).toEqual(refused('destroyed'));
    expect(spend(holder, new Uint8Array(holder.bytes))).toEqual(refused('epoch'));
    expect(spend(holder, made.slice(1))).toEqual(refused('length'));
  });

  test('spent twice, against the contract, gives away sk', () => {
    const made = coupon(holder);
    const second = { ...SIGNED, statement: utf8ToBytes('another statement') };
    const [s, c] = equation(to, spend(holder, made.slice()), SIGNED);
    const [s2, c2] = equation(to, spend(holder, made.slice(), second), second);
    const { curve } = to;
    const { mcl } = curve;
    const sk = mcl.div(mcl.sub(s, s2), mcl.sub(c, c2));
    expect(curve.encodeScalar(sk)).toEqual(card.key.secretKey);
  });

  test('holds neither t nor a second commitment: two coupons share no part', () => {
    const [one, two] = [coupon(holder, 72), coupon(holder, 73)];
    const [left, right] = [one, two].map((bytes) => splitPsSignature(to.suite, bytes.subarray(4))!);
    for (const part of ['s1', 's2', 'commitment', 'hint', 'response'] as const) {
      expect(left![part]).not.toEqual(right![part]);
    }
  });
});

describe('a coupon', () => {
  test('whose challenge is zero is lost, not shown', () => {
    const engine = { ...nobleEngine, sha256: () => new Uint8Array(32) };
    const { coprocessor } = meteredCoprocessor(8, engine);
    const made = coupon(onBls);
    const result = spendCoupon(coprocessor, bls.suite, onBls.card.key, made, SIGNED);
    expect(result).toEqual(refused('zero-challenge'));
    expect(made).toEqual(new Uint8Array(188));
  });

  test('of an invalid key is not made', () => {
    const key = { ...onBls.card.key, credential: new Uint8Array(192) };
    expect(makeCoupon(onBls.card.coprocessor, bls.suite, key, 80)).toBeUndefined();
  });

  test('cannot be carried to another key of the epoch', async () => {
    const other = await member(bls, 5);
    const result = spendCoupon(other.coprocessor, bls.suite, other.key, coupon(onBls), SIGNED);
    if (!result.ok) throw new Error(result.reason);
    expect(bls.verifier.verify({ ...SIGNED, signature: result.signature })).toEqual(refused('equation'));
  });
});

/** Response and challenge of s = k + c·sk. */
function equation(to: Group, result: ReturnType<typeof spendCoupon>, signed: Signed) {
  if (!result.ok) throw new Error(result.reason);
  const parts = splitPsSignature(to.suite, result.signature)!;
  const { groupKeyHash } = to;
  const input = psChallengeInput({ ...parts, ...signed, groupKeyHash, epoch: EPOCH });
  return [to.curve.scalar(parts.response), to.curve.scalar(challengeOf(sha256(input)))] as const;
}
