/** Vectors of BBS signatures: sign, coupon, verify, batch; every reason of a refusal but c = 0 as a hash. */

import { concatBytes, utf8ToBytes } from '../../../apdu/index.js';
import { FIELD, fromBytes, type Signed, scalarBytes } from '../ps-g1/definition.js';
import { replaced, spoiled } from '../ps-g1/spoiled.js';
import { DOMAIN, EPOCH, SIGNED, STATEMENT } from '../ps-g1/world.js';
import type { Vector } from '../vector-file.js';
import { type BbsParts, type Claim, joinBbs } from './definition.js';
import { type BbsWorld, type Member, signAs } from './world.js';

export function bbsSignatureVectors(world: BbsWorld): readonly Vector[] {
  return [...signing(world), ...coupons(world), ...verification(world), ...batches(world)];
}

/** What a verifier has. */
export function bbsGroupFields({ keys }: BbsWorld) {
  return { publicKey: keys.publicKey, keyProof: keys.proof, epoch: EPOCH };
}

/** What a member's card holds. */
function memberKey({ keys }: BbsWorld, { sk, credential, nonce, d }: Member) {
  return {
    secretKey: scalarBytes(sk),
    freshness: nonce,
    membershipKey: d,
    credential,
    hintKey: new Uint8Array(0),
    groupKeyHash: keys.keyHash,
    epoch: EPOCH,
  };
}

function signing(world: BbsWorld): Vector[] {
  const { bbs, keys, rng, members, signature, second } = world;
  const empty: Signed = { epoch: EPOCH, domain: 'IMIS-v1/gs/eq7', statement: new Uint8Array(0) };
  const long: Signed = { epoch: EPOCH, domain: 'IMIS-v1/gs/eq10', statement: rng.bytes(300) };
  const made = [
    ['sign-1', 'the first member', members[0], signature],
    ['sign-2', 'the second member, same statement', members[1], second],
    ['sign-empty', 'an empty statement', members[0], signAs(bbs, keys, members[0], rng, 5, empty)],
    ['sign-long', 'a statement of 300 bytes', members[0], signAs(bbs, keys, members[0], rng, 2 ** 40, long)],
  ] as const;
  return made.map(([id, comment, member, { random, counter, secrets, parts, signature: bytes, signed }]) => ({
    kind: 'bbs-sign',
    id,
    comment,
    ...memberKey(world, member),
    random,
    counter,
    rho: scalarBytes(secrets.rho),
    tau: scalarBytes(secrets.tau),
    nonces: [secrets.kRho, secrets.kEpsilon, secrets.kSk, secrets.kTau].map(scalarBytes),
    domain: signed.domain,
    statement: signed.statement,
    commitmentHash: parts.h,
    challenge: parts.c,
    signature: bytes,
    result: 'ok',
  }));
}

function coupons(world: BbsWorld): Vector[] {
  const { members, signature } = world;
  const { coupon, random, counter } = signature;
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
      'the seed is zeros: it was spent',
      'destroyed',
      replaced(coupon, coupon.length - 32, new Uint8Array(32)),
    ),
  ];
}

function verification(world: BbsWorld): Vector[] {
  const { bbs, keys, foreign, members, signature, second } = world;
  const { parts, claim, secrets } = signature;
  const { math } = bbs;
  const bad = spoiled(math);
  const verify = (id: string, comment: string, result: string, change: Record<string, unknown>) => ({
    kind: 'verify',
    id,
    comment,
    ...bbsGroupFields(world),
    domain: DOMAIN,
    statement: STATEMENT,
    signature: signature.signature,
    ...change,
    result,
  });
  const parted = (change: Partial<BbsParts>) => ({ signature: joinBbs({ ...parts, ...change }) });
  const withPoint = (index: number, point: Uint8Array) =>
    parted({ points: parts.points.map((it, i) => (i === index ? point : it)) });
  const claimed = (change: Partial<Claim>) => ({
    signature: joinBbs(bbs.prove(keys, { ...claim, ...change }, secrets, SIGNED)),
  });
  const names = ['a', 'abar', 't1', 't2'];
  const responseNames = ['rho', 'epsilon', 'sk', 'tau'];
  const beyond = nonCanonical(world);
  const forged = withoutCredential(world, 71n);
  return [
    verify('verify', 'the signature of sign-1', 'ok', {}),
    verify('verify-second', 'the signature of sign-2', 'ok', { signature: second.signature }),
    verify('verify-short', 'one byte short', 'length', { signature: signature.signature.subarray(1) }),
    verify('verify-long', 'one byte long', 'length', {
      signature: concatBytes(signature.signature, Uint8Array.of(0)),
    }),
    verify('verify-empty', 'no byte', 'length', { signature: new Uint8Array(0) }),
    verify('verify-statement', 'another statement', 'challenge', { statement: utf8ToBytes('another') }),
    verify('verify-domain', 'for another equation', 'challenge', { domain: 'IMIS-v1/gs/eq7' }),
    verify('verify-epoch', 'in another epoch', 'challenge', { epoch: EPOCH + 1 }),
    verify('verify-group', 'under the key of another group', 'challenge', {
      publicKey: foreign.publicKey,
      keyProof: foreign.proof,
    }),
    verify(
      'verify-zero-challenge',
      'the challenge is 0',
      'zero-challenge',
      parted({ c: new Uint8Array(31) }),
    ),
    ...responseNames.flatMap((name, index) => {
      const value = fromBytes(parts.responses[index]!);
      const shifted = value + math.r < 1n << 256n ? value + math.r : (1n << 256n) - 1n;
      const respond = (bytes: Uint8Array) =>
        parted({ responses: parts.responses.map((it, i) => (i === index ? bytes : it)) });
      return [
        verify(
          `verify-${name}-range`,
          `the response for ${name} plus the order`,
          'response-range',
          respond(scalarBytes(shifted)),
        ),
        verify(
          `verify-${name}-order`,
          `the response for ${name} is the order`,
          'response-range',
          respond(scalarBytes(math.r)),
        ),
        verify(
          `verify-${name}-changed`,
          `the response for ${name} plus 1`,
          'challenge',
          respond(scalarBytes(math.mod(value + 1n))),
        ),
      ];
    }),
    ...names.flatMap((name, index) => [
      verify(`verify-${name}-off`, `${name} is no point`, 'encoding', withPoint(index, bad.garbage)),
      verify(`verify-${name}-infinity`, `${name} is O`, bad.infinityReason, withPoint(index, bad.infinity)),
      ...bad.torsion.flatMap(({ name: order, point, added }) => [
        verify(`verify-${name}-${order}`, `${name} is of ${order}`, 'subgroup', withPoint(index, point)),
        verify(
          `verify-${name}-plus-${order}`,
          `${name} has torsion of ${order}`,
          'subgroup',
          withPoint(index, added(parts.points[index]!)),
        ),
      ]),
      verify(
        `verify-${name}-swapped`,
        `${name} of another signature`,
        'challenge',
        withPoint(index, second.parts.points[index]!),
      ),
      ...(beyond
        ? [
            verify(
              `verify-${name}-beyond`,
              `x of ${name} is not reduced`,
              'encoding',
              withPoint(index, beyond),
            ),
          ]
        : []),
    ]),
    verify(
      'verify-all-infinity',
      'every point is O',
      bad.infinityReason,
      parted({ points: names.map(() => bad.infinity) }),
    ),
    verify(
      'verify-ciphertext-swapped',
      'T1 and T2 of another signature',
      'challenge',
      parted({
        points: [...parts.points.slice(0, 2), ...second.parts.points.slice(2)],
      }),
    ),
    verify(
      'verify-other-z',
      'T2 under another opening key',
      'challenge',
      claimed({
        t2: bbs.sum(bbs.base(members[0].sk), bbs.base(foreign.z * secrets.tau)),
      }),
    ),
    verify(
      'verify-framed',
      "another member's D in the ciphertext",
      'challenge',
      claimed({
        t2: bbs.sum(bbs.base(members[1].sk), bbs.base(keys.z * secrets.tau)),
      }),
    ),
    verify('verify-no-credential', 'everything proven, but abar is not gamma times a', 'equation', {
      signature: forged,
    }),
  ];
}

/** A signature by somebody without credential: any A', and the Ā for which P1 = ρ·Ā + ε·A' − sk·g is true. */
function withoutCredential({ bbs, keys, signature }: BbsWorld, seed: bigint, sign = 1n): Uint8Array {
  const { math } = bbs;
  const [rho, epsilon, sk, tau] = [seed + 1n, seed + 2n, seed + 3n, seed + 4n] as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const a = bbs.base(seed);
  const rest = bbs.sum(bbs.p1, bbs.base(sk), bbs.times(a, -epsilon));
  const claim: Claim = {
    a: bbs.times(a, sign),
    aBar: bbs.times(rest, sign * math.g1.inverseScalar(rho)),
    t1: bbs.base(tau),
    t2: bbs.sum(bbs.base(sk), bbs.base(keys.z * tau)),
    rho: math.mod(sign * rho),
    epsilon: math.mod(sign * epsilon),
    sk,
    tau,
  };
  return joinBbs(bbs.prove(keys, claim, signature.secrets, SIGNED));
}

function batches(world: BbsWorld): Vector[] {
  const { signature, second } = world;
  const item = (bytes: Uint8Array) => ({ domain: DOMAIN, statement: STATEMENT, signature: bytes });
  const [forged, mirrored] = [withoutCredential(world, 81n), withoutCredential(world, 81n, -1n)];
  const batch = (id: string, comment: string, bytes: readonly Uint8Array[], results: readonly string[]) => ({
    kind: 'batch',
    id,
    comment,
    ...bbsGroupFields(world),
    items: bytes.map(item),
    results,
    result: results.every((it) => it === 'ok') ? 'ok' : 'bad',
  });
  return [
    batch('batch', 'two good ones', [signature.signature, second.signature], ['ok', 'ok']),
    batch(
      'batch-bad',
      'one without credential',
      [signature.signature, forged, second.signature],
      ['ok', 'equation', 'ok'],
    ),
    batch(
      'batch-cancelling',
      'two whose errors cancel out under equal weights',
      [forged, signature.signature, mirrored],
      ['equation', 'ok', 'equation'],
    ),
    batch(
      'batch-short',
      'one of the wrong length',
      [signature.signature.subarray(1), second.signature],
      ['length', 'ok'],
    ),
  ];
}

/** An x of a curve point plus the modulus, where it fits: a second encoding that must not be one. */
function nonCanonical({ bbs, signature }: BbsWorld): Uint8Array | undefined {
  const n = signature.parts.points[0]!.length;
  const flags = bbs.curve === 'bls12381' ? 0x80 : 0;
  const room = bbs.curve === 'bls12381' ? 381n : 255n;
  for (let x = 1n; x < 100n; x++) {
    const encode = (value: bigint) => {
      const bytes = scalarOf(value, n);
      bytes[0]! |= flags;
      return bytes;
    };
    const shifted = x + FIELD[bbs.curve];
    if (shifted >= 1n << room) return undefined;
    if (bbs.math.g1.decode(encode(x))) return encode(shifted);
  }
  return undefined;
}

function scalarOf(value: bigint, length: number): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex'));
}
