import { describe, expect, test } from 'vitest';
import { splitBbsSignature, utf8ToBytes } from '../../../apdu/index.js';
import { couponBytes, makeCoupon, spendCoupon } from '../../../applet/index.js';
import { type BatchItem, multiplyAndSum, seededRng, verifyBatch } from '../../../host/index.js';
import { type BbsClaim, bbsGroup, bbsMember, bbsSign, proveClaim, withoutCredential } from './bbs-fixture.js';
import { SIGNED } from './group-fixture.js';

const bls = await bbsGroup('bls12381', 401);
const bn = await bbsGroup('bn254', 402);
const alice = await bbsMember(bls, 1);
const carol = await bbsMember(bn, 2);
const refused = (reason: string) => ({ ok: false, reason });
const integer = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

describe.each([
  ['BLS12-381', bls, alice, 260],
  ['BN', bn, carol, 196],
] as const)('BBS coupons on %s', (_, to, card, bytes) => {
  const { coprocessor, key } = card;
  const coupon = (counter: number) => makeCoupon(coprocessor, to.suite, key, counter)!;
  const spend = (made: Uint8Array, signed = SIGNED, with_ = key) =>
    spendCoupon(coprocessor, to.suite, with_, made, signed);

  test('a coupon signs a statement that nobody knew when it was made; no point operation online', () => {
    const made = coupon(1);
    expect(made.length).toBe(bytes);
    expect(couponBytes(to.suite)).toBe(bytes);
    card.charges.length = 0;
    const spent = spend(made);
    expect(Object.keys(card.counts()).filter((name) => name.includes('-g1-'))).toEqual([]);
    expect(card.counts().modinv).toBeUndefined();
    if (!spent.ok) throw new Error(spent.reason);
    expect(to.verifier.verify({ ...SIGNED, signature: spent.signature })).toEqual({ ok: true });
    expect(to.noble.verify({ ...SIGNED, signature: spent.signature })).toEqual({ ok: true });
    expect(made.every((byte) => byte === 0)).toBe(true);
  });

  test('refused: another length, another epoch, destroyed', () => {
    expect(spend(coupon(2).subarray(1))).toEqual(refused('length'));
    expect(spend(coupon(3), SIGNED, { ...key, epoch: 8 })).toEqual(refused('epoch'));
    const destroyed = coupon(4).fill(0, bytes - 32);
    expect(spend(destroyed)).toEqual(refused('destroyed'));
  });

  test('why a coupon is destroyed first: two signatures with one give sk away', () => {
    const made = coupon(5);
    const [one, two] = [SIGNED, { ...SIGNED, statement: utf8ToBytes('another') }].map((signed) => {
      const spent = spend(made.slice(), signed);
      if (!spent.ok) throw new Error(spent.reason);
      return splitBbsSignature(to.suite, spent.signature)!;
    });
    const r = integer(to.suite.curve.order);
    const minus = (a: Uint8Array, b: Uint8Array) => (((integer(a) - integer(b)) % r) + r) % r;
    const dc = minus(one!.challenge, two!.challenge);
    const ds = minus(one!.responses.sk, two!.responses.sk);
    expect((integer(key.secretKey) * dc) % r).toBe(ds);
  });
});

describe('batches', () => {
  const items = (signatures: readonly Uint8Array[]): BatchItem[] =>
    signatures.map((signature, i) => ({ sender: `s${i % 3}`, signed: { ...SIGNED, signature } }));
  const rng = seededRng(8, 'batch');

  test('good ones in one product, on both curves; the bad are named', () => {
    for (const [to, card] of [
      [bls, alice],
      [bn, carol],
    ] as const) {
      const good = [1, 2, 3, 4, 5, 6].map((i) => bbsSign(card, 100 + i));
      expect(verifyBatch(to.verifier, items(good), { rng })).toEqual({
        verdicts: good.map(() => ({ ok: true })),
        products: 1,
      });
      const forged = proveClaim(to, withoutCredential(to, 3), 3);
      const mixed = [...good.slice(0, 4), forged, good[4]!.slice(1), good[5]!];
      expect(verifyBatch(to.verifier, items(mixed), { rng }).verdicts).toEqual([
        ...[1, 2, 3, 4].map(() => ({ ok: true })),
        refused('equation'),
        refused('length'),
        { ok: true },
      ]);
    }
  });

  test('unit exponents: two forgeries whose errors cancel pass the sum, and never the batch', () => {
    const claim = withoutCredential(bls, 4);
    const { mcl } = bls.curve;
    const mirrored: BbsClaim = {
      ...claim,
      a: mcl.neg(claim.a),
      aBar: mcl.neg(claim.aBar),
      rho: mcl.neg(claim.rho),
      epsilon: mcl.neg(claim.epsilon),
    };
    const signatures = [proveClaim(bls, claim, 5), proveClaim(bls, mirrored, 6)];
    const points = signatures.map((signature) => {
      const checked = bls.verifier.check({ ...SIGNED, signature });
      if (!checked.ok) throw new Error(checked.reason);
      return checked.points;
    });
    const third = bls.verifier.check({ ...SIGNED, signature: bbsSign(alice, 120) });
    if (!third.ok) throw new Error(third.reason);
    const sum = (part: 0 | 1, exponents: readonly number[]) =>
      multiplyAndSum(
        bls.curve,
        [...points, third.points].map((it) => it[part]),
        exponents.map((value) => bls.curve.scalar(new Uint8Array(32).fill(value, 31))),
      );
    const holds = (exponents: readonly number[]) =>
      bls.verifier.equationHolds([sum(0, exponents), sum(1, exponents)]);
    expect(holds([1, 1, 1])).toBe(true);
    expect(holds([1, 2, 1])).toBe(false);
    const batch = items([...signatures, bbsSign(alice, 120)]);
    expect(verifyBatch(bls.verifier, batch, { rng }).verdicts).toEqual([
      refused('equation'),
      refused('equation'),
      { ok: true },
    ]);
  });
});
