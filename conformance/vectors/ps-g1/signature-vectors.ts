/** Vectors of PS-G1 signatures: sign, coupon, verify, batch; every reason of a refusal but c = 0, which nobody can make. */

import { concatBytes, utf8ToBytes } from '../../../apdu/index.js';
import type { Vector } from '../vector-file.js';
import {
  FIELD,
  fromBytes,
  joinSignature,
  type SignatureParts,
  type Signed,
  scalarBytes,
} from './definition.js';
import { replaced } from './spoiled.js';
import { DOMAIN, EPOCH, type Member, SIGNED, STATEMENT, signAs, type World } from './world.js';

export function signatureVectors(world: World): readonly Vector[] {
  return [...signing(world), ...coupons(world), ...verification(world), ...batches(world)];
}

/** What a member's card holds. */
function memberKey({ keys }: World, { sk, credential, nonce, d, hintKey }: Member) {
  return {
    secretKey: scalarBytes(sk),
    freshness: nonce,
    membershipKey: d,
    credential,
    hintKey,
    groupKeyHash: keys.keyHash,
    epoch: EPOCH,
  };
}

function signing(world: World): Vector[] {
  const { ps, keys, rng, members, signature, second } = world;
  const empty: Signed = { epoch: EPOCH, domain: 'IMIS-v1/gs/eq7', statement: new Uint8Array(0) };
  const long: Signed = { epoch: EPOCH, domain: 'IMIS-v1/gs/eq10', statement: rng.bytes(300) };
  const made = [
    ['sign-1', 'the first member', members[0], signature],
    ['sign-2', 'the second member, same statement', members[1], second],
    ['sign-empty', 'an empty statement', members[0], signAs(ps, keys, members[0], rng, 5, empty)],
    ['sign-long', 'a statement of 300 bytes', members[0], signAs(ps, keys, members[0], rng, 2 ** 40, long)],
  ] as const;
  return made.map(([id, comment, member, { random, counter, t, k, parts, signature: bytes, signed }]) => ({
    kind: 'sign',
    id,
    comment,
    ...memberKey(world, member),
    random,
    counter,
    t: scalarBytes(t),
    k: scalarBytes(k),
    domain: signed.domain,
    statement: signed.statement,
    challenge: parts.c,
    signature: bytes,
    result: 'ok',
  }));
}

function coupons(world: World): Vector[] {
  const { members, signature } = world;
  const { parts, k, random, counter } = signature;
  const epoch = Uint8Array.of(0, 0, 0, EPOCH);
  const coupon = concatBytes(epoch, parts.s1, parts.s2, parts.u, parts.hint, scalarBytes(k));
  const secretAt = coupon.length - 32;
  const spend = (id: string, comment: string, result: string, bytes: Uint8Array) => ({
    kind: 'spend-coupon',
    id,
    comment,
    ...memberKey(world, members[0]),
    coupon: bytes,
    domain: DOMAIN,
    statement: STATEMENT,
    ...(result === 'ok' ? { signature: signature.signature } : {}),
    result,
  });
  return [
    {
      kind: 'make-coupon',
      id: 'coupon',
      comment: 'the draws of sign-1, made ahead',
      ...memberKey(world, members[0]),
      random,
      counter,
      coupon,
      result: 'ok',
    },
    spend('coupon-spent', 'gives the signature of sign-1', 'ok', coupon),
    spend('coupon-short', 'one byte short', 'length', coupon.subarray(1)),
    spend('coupon-epoch', 'of another epoch', 'epoch', replaced(coupon, 3, Uint8Array.of(EPOCH - 1))),
    spend(
      'coupon-erased',
      'k is zeros: it was spent',
      'destroyed',
      replaced(coupon, secretAt, new Uint8Array(32)),
    ),
    spend(
      'coupon-torn',
      'k is no scalar',
      'destroyed',
      replaced(coupon, secretAt, new Uint8Array(32).fill(0xff)),
    ),
  ];
}

function verification(world: World): Vector[] {
  const { ps, bad, keys, members, signature, second, foreign } = world;
  const { parts } = signature;
  const group = { epoch: EPOCH, publicKey: keys.publicKey, keyProof: keys.proof };
  const verify = (id: string, comment: string, result: string, change: Record<string, unknown>) => ({
    kind: 'verify',
    id,
    comment,
    ...group,
    domain: DOMAIN,
    statement: STATEMENT,
    signature: signature.signature,
    ...change,
    result,
  });
  const withPart = (change: Partial<SignatureParts>) => ({
    signature: joinSignature({ ...parts, ...change }),
  });
  const s = fromBytes(parts.s);
  const names = [
    ['s1', 's1'],
    ['s2', 's2'],
    ['u', 'U'],
  ] as const;
  return [
    verify('verify', 'the signature of sign-1', 'ok', {}),
    verify('verify-2', "another member's", 'ok', { signature: second.signature }),
    verify('verify-empty', 'no byte', 'length', { signature: new Uint8Array(0) }),
    verify('verify-short', 'one byte short', 'length', { signature: signature.signature.subarray(0, -1) }),
    verify('verify-long', 'one byte long', 'length', {
      signature: concatBytes(signature.signature, Uint8Array.of(0)),
    }),
    verify(
      'verify-s-plus-r',
      's + r in place of s, where it fits; else the order',
      'response-range',
      withPart({
        s: scalarBytes(s + ps.r < 1n << 256n ? s + ps.r : ps.r),
      }),
    ),
    verify('verify-s-order', 's is the order', 'response-range', withPart({ s: scalarBytes(ps.r) })),
    ...names.flatMap(([part, name]) => [
      verify(`verify-${part}-off`, `${name} is no point`, 'encoding', withPart({ [part]: bad.garbage })),
      verify(
        `verify-${part}-not-canonical`,
        `x of ${name} is the modulus of the field plus x`,
        'encoding',
        withPart({
          [part]: notCanonical(world, parts[part]),
        }),
      ),
      verify(
        `verify-${part}-infinity`,
        `${name} is O`,
        bad.infinityReason,
        withPart({ [part]: bad.infinity }),
      ),
      ...bad.torsion.flatMap((it) => [
        verify(
          `verify-${part}-${it.name}`,
          `${name} is of ${it.name}`,
          'subgroup',
          withPart({ [part]: it.point }),
        ),
        verify(
          `verify-${part}-plus-${it.name}`,
          `${name} has torsion of ${it.name}`,
          'subgroup',
          withPart({
            [part]: it.added(parts[part]),
          }),
        ),
      ]),
      verify(
        `verify-${part}-negated`,
        `−${name} in place of ${name}`,
        'equation',
        withPart({
          [part]: ps.times(ps.point(parts[part]), ps.r - 1n),
        }),
      ),
    ]),
    verify('verify-all-infinity', 'all points O, s = 0', bad.infinityReason, {
      signature: joinSignature({
        s1: bad.infinity,
        s2: bad.infinity,
        u: bad.infinity,
        hint: new Uint8Array(8),
        s: new Uint8Array(32),
      }),
    }),
    verify(
      'verify-degenerate',
      'U = k·s1 and s = k: A is O',
      'degenerate',
      withPart({
        u: ps.times(ps.point(parts.s1), 123_456_789n),
        s: scalarBytes(123_456_789n),
      }),
    ),
    verify('verify-statement', 'another statement', 'equation', {
      statement: utf8ToBytes('another statement'),
    }),
    verify('verify-domain', 'another equation', 'equation', { domain: 'IMIS-v1/gs/eq10' }),
    verify('verify-epoch', 'another epoch', 'equation', { epoch: EPOCH + 1 }),
    verify('verify-key', 'another group', 'equation', {
      publicKey: foreign.publicKey,
      keyProof: foreign.proof,
    }),
    verify(
      'verify-hint',
      'one bit of the hint',
      'equation',
      withPart({
        hint: replaced(parts.hint, 0, Uint8Array.of(parts.hint[0]! ^ 1)),
      }),
    ),
    verify('verify-s', 's + 1', 'equation', withPart({ s: scalarBytes(ps.mod(s + 1n)) })),
    verify('verify-other-sk', "one member's credential with the other's sk", 'equation', {
      signature: forged(world, { ...members[0], sk: members[1].sk }),
    }),
    verify('verify-own-points', 'a credential of random points', 'equation', {
      signature: forged(world, { ...members[0], sigma1: ps.base(11n), sigma2: ps.base(13n) }),
    }),
  ];
}

/** A signature by whoever signs with anything. */
function forged({ ps, keys }: World, signer: Member): Uint8Array {
  return joinSignature(ps.sign(signer, { t: 17n, k: 19n }, keys.keyHash, SIGNED));
}

/** x + p with the same flags, where it fits into the bits of x; else p itself. */
function notCanonical({ ps }: World, encoded: Uint8Array): Uint8Array {
  const [mask, bits] = ps.curve === 'bls12381' ? [0x1f, 381n] : [0x7f, 255n];
  const bare = replaced(encoded, 0, Uint8Array.of(encoded[0]! & mask));
  const shifted = fromBytes(bare) + FIELD[ps.curve];
  const value = shifted < 1n << bits ? shifted : FIELD[ps.curve];
  const bytes = new Uint8Array(Buffer.from(value.toString(16).padStart(2 * encoded.length, '0'), 'hex'));
  return replaced(bytes, 0, Uint8Array.of(bytes[0]! | (encoded[0]! & ~mask)));
}

function batches(world: World): Vector[] {
  const { ps, keys, members, signature, second } = world;
  const item = (bytes: Uint8Array) => ({ domain: DOMAIN, statement: STATEMENT, signature: bytes });
  // two signatures by nobody, whose points are opposite: with equal weights their sum is O
  const [p, q] = [ps.base(23n), ps.base(29n)];
  const opposite = (point: Uint8Array) => ps.times(ps.point(point), ps.r - 1n);
  const pair = [
    forged(world, { ...members[0], sk: 31n, sigma1: p, sigma2: q }),
    forged(world, { ...members[0], sk: 31n, sigma1: opposite(p), sigma2: opposite(q) }),
  ];
  const batch = (
    id: string,
    comment: string,
    signatures: readonly Uint8Array[],
    results: readonly string[],
  ) => ({
    kind: 'batch',
    id,
    comment,
    epoch: EPOCH,
    publicKey: keys.publicKey,
    keyProof: keys.proof,
    items: signatures.map(item),
    results,
    result: results.every((it) => it === 'ok') ? 'ok' : 'bad',
  });
  const [a, b] = [signature.signature, second.signature];
  return [
    batch('batch-good', 'two good ones', [a, b], ['ok', 'ok']),
    batch(
      'batch-cancelling',
      'two forgeries that cancel with unit exponents',
      [a, ...pair, b],
      ['ok', 'equation', 'equation', 'ok'],
    ),
    batch(
      'batch-malformed',
      'a short one and one out of range',
      [a.subarray(1), b, replaced(a, a.length - 32, new Uint8Array(32).fill(0xff))],
      ['length', 'ok', 'response-range'],
    ),
  ];
}
