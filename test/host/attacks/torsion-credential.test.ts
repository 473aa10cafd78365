/**
 * The attack that the card's two subgroup checks are for (CRYPTO: join, step 3). An issuer gives a card
 * σ1 = u·g + T with T of small order. Every signature then shows k modulo that order, and a few of them sk.
 */

import { describe, expect, test } from 'vitest';
import {
  challengeOf,
  challengeScalar,
  concatBytes,
  GROUP_SUITES,
  joinSchnorrProof,
  psChallengeInput,
  psCredentialProofInput,
  splitPsSignature,
  uintToBytes,
} from '../../../apdu/index.js';
import { type GroupMemberKey, nobleEngine, signGroup } from '../../../applet/index.js';
import { seededRng, sha256 } from '../../../host/index.js';
import { meteredCoprocessor } from '../../applet/crypto/metered-coprocessor.js';
import { accept, group, memberRequest, SIGNED } from '../crypto/group-fixture.js';
import { COFACTOR_PRIMES, compress, decompress, type Point, torsionOfOrder } from '../crypto/torsion.js';
import {
  chineseRemainder,
  hiddenNumbers,
  inverseModulo,
  modulo,
  type NonceLeak,
  reduceBasis,
} from './lattice.js';
import { SmallLogarithm } from './small-logarithm.js';

const suite = GROUP_SUITES['ps-g1-bls12381'];
const order = integer(suite.curve.order);
const bls = await group('bls12381', 71);
const request = memberRequest(bls, 1);
const refused = (reason: string) => ({ ok: false, reason });

/** T of the product of `primes` as order, and what reads a multiple of it. */
function torsion(primes: readonly bigint[]) {
  const whole = primes.reduce((product, prime) => product * prime, 1n);
  const bases = primes.map((prime) => ({ prime, base: torsionOfOrder(prime) }));
  const point = bases.map(({ base }) => base).reduce((sum, base) => sum.add(base));
  const logarithms = bases.map(({ prime, base }) => {
    // (whole/prime)·T is a multiple of the base; which one cancels in the quotient of two logarithms
    const log = new SmallLogarithm(base, Number(prime), Math.min(Number(prime), 20_000));
    return { prime, part: (p: Point) => log.of(times(p, whole / prime)) };
  });
  return { order: whole, point, logarithms };
}
type Torsion = ReturnType<typeof torsion>;

/** k modulo the order of the torsion in s1, from one signature and public data. */
function leakOf({ logarithms }: Torsion, signature: Uint8Array, key: GroupMemberKey): NonceLeak {
  const parts = splitPsSignature(suite, signature)!;
  // r·P, for s1 and U alike, leaves the torsion only
  const [s1, u] = [parts.s1, parts.commitment].map((bytes) => {
    const point = decompress(bytes);
    return point.multiplyUnsafe(order - 1n).add(point);
  }) as [Point, Point];
  const residues = logarithms.flatMap(({ prime, part }) => {
    const t = part(s1);
    return t === 0n ? [] : [{ modulus: prime, residue: modulo(part(u) * inverseModulo(t, prime), prime) }];
  });
  const { groupKeyHash, epoch } = key;
  const input = psChallengeInput({ ...parts, ...SIGNED, groupKeyHash, epoch });
  const challenge = integer(challengeOf(sha256(input)));
  return { ...chineseRemainder(residues), response: integer(parts.response), challenge };
}

function recovered(leaks: readonly NonceLeak[]): Uint8Array | undefined {
  return hiddenNumbers(order, leaks)
    .map(bytes32)
    .find((candidate) => {
      const d = bls.curve.mcl.mul(bls.curve.g1, bls.curve.scalar(candidate));
      return bls.curve.encodeG1(d).join() === request.membershipKey.join();
    });
}

/** σ1 = u·g + T and σ2 = x·σ1 + (u·y)·D. */
function credentialWith(point: Point) {
  const { mcl } = bls.curve;
  const u = bls.curve.scalar(seededRng(72).bytes(32).fill(0, 0, 1));
  const { secretKey } = bls.keys;
  const [x, y] = [integer(secretKey.subarray(0, 32)), bls.curve.scalar(secretKey.subarray(32))];
  const sigma1 = decompress(bls.curve.encodeG1(mcl.mul(bls.curve.g1, u))).add(point);
  const member = bls.curve.decodeG1(request.membershipKey);
  if (!member.ok) throw new Error(member.reason);
  const blind = decompress(bls.curve.encodeG1(mcl.mul(member.point, mcl.mul(u, y))));
  const sigma2 = sigma1.multiplyUnsafe(x).add(blind);
  return { u, sigma1: compress(sigma1), sigma2: compress(sigma2) };
}

function keyWith(sigma1: Uint8Array, sigma2: Uint8Array): GroupMemberKey {
  const affine = (bytes: Uint8Array) => nobleEngine.g1Decompress('bls12381', bytes)!;
  return {
    secretKey: request.secretKey,
    credential: concatBytes(affine(sigma1), affine(sigma2)),
    hintKey: new Uint8Array(32),
    groupKeyHash: bls.groupKeyHash,
    epoch: 7,
  };
}

/** Long enough for a busy machine; nothing here is timed. */
const TIMEOUT = { timeout: 300_000 };

describe('the lattice reduction', () => {
  test('finds the short vectors of bases where they are known', () => {
    const lengths = (basis: bigint[][]) => basis.map((row) => row.reduce((sum, it) => sum + it * it, 0n));
    const basis = reduceBasis([
      [1n, 1n, 1n],
      [-1n, 0n, 2n],
      [3n, 5n, 6n],
    ]);
    // shortest vectors of a lattice of determinant 3
    expect(lengths(basis)).toEqual([1n, 2n, 5n]);
    const plane = reduceBasis([
      [1n, 0n],
      [1_000_003n, 1n],
    ]);
    expect(lengths(plane)).toEqual([1n, 1n]);
    const dependent = [
      [1n, 2n],
      [2n, 4n],
    ];
    expect(() => reduceBasis(dependent)).toThrow('dependent');
  });
});

describe('a credential with torsion', () => {
  test(
    'of the full order 3·11·10177·859267·52437899 gives sk to five signatures of a card that checks nothing',
    TIMEOUT,
    () => {
      const t = torsion(COFACTOR_PRIMES);
      expect(t.order).toBe(0xd201000000010001n);
      const { sigma1, sigma2 } = credentialWith(t.point);
      const { coprocessor } = meteredCoprocessor(3);
      const key = keyWith(sigma1, sigma2);
      const leaks = [1, 2, 3, 4, 5].map((counter) => {
        const signature = signGroup(coprocessor, suite, key, SIGNED, counter)!;
        expect(bls.verifier.verify({ ...SIGNED, signature })).toEqual(refused('subgroup'));
        return leakOf(t, signature, key);
      });
      const bits = leaks.map(({ modulus }) => modulus.toString(2).length);
      console.log(`bits of k shown by each signature: ${bits.join(', ')}`);
      expect(recovered(leaks)).toEqual(request.secretKey);
      // three signatures show too little: 3 · 64 bits of 255
      expect(recovered(leaks.slice(0, 3))).toBeUndefined();
      // and what the card does
      const proof = new Uint8Array(63);
      const offer = {
        freshness: new Uint8Array(4),
        groupKeyHash: bls.groupKeyHash,
        ...request,
        sigma1,
        sigma2,
        proof,
      };
      expect(accept(coprocessor, suite, offer)).toEqual(refused('subgroup'));
    },
  );

  test(
    'of order 3·11·10177 passes the proof of u: only the subgroup check stands between an issuer and sk',
    TIMEOUT,
    () => {
      const t = torsion([3n, 11n, 10177n]);
      const { u, sigma1, sigma2 } = credentialWith(t.point);
      const { membershipKey } = request;
      const { groupKeyHash } = bls;
      const { mcl } = bls.curve;
      const k = bls.curve.scalar(seededRng(75).bytes(32).fill(0, 0, 1));
      const commitment = bls.curve.encodeG1(mcl.mul(bls.curve.g1, k));
      // The issuer numbers the epochs of a re-issue, so a try costs one hash: 335,841 on average. The seed is a
      // lucky one, to keep the test short.
      for (let epoch = 8; ; epoch++) {
        const freshness = Uint8Array.from(uintToBytes(epoch, 4));
        const binding = { freshness, membershipKey, groupKeyHash, sigma1, sigma2 };
        const challenge = challengeOf(sha256(psCredentialProofInput(binding, commitment)));
        // the card computes z·g + (r − c)·σ1, in which the torsion must vanish
        if ((order - integer(challenge)) % t.order !== 0n) continue;
        console.log(`epoch number found after ${epoch - 7} hashes`);
        const response = mcl.add(k, mcl.mul(bls.curve.scalar(challengeScalar(challenge)), u));
        const proof = joinSchnorrProof({ challenge, response: bls.curve.encodeScalar(response) });
        const offer = { ...binding, proof };
        const careless = meteredCoprocessor(4, { ...nobleEngine, g1InSubgroup: () => true });
        const accepted = accept(careless.coprocessor, suite, offer);
        expect(accepted.ok).toBe(true);
        expect(accept(meteredCoprocessor(4).coprocessor, suite, offer)).toEqual(refused('subgroup'));
        const key = keyWith(sigma1, sigma2);
        const leaks = Array.from({ length: 17 }, (_, i) =>
          leakOf(t, signGroup(careless.coprocessor, suite, key, SIGNED, i + 1)!, key),
        );
        expect(recovered(leaks)).toEqual(request.secretKey);
        return;
      }
    },
  );
});

function times(point: Point, factor: bigint): Point {
  return point.is0() ? point : point.multiplyUnsafe(factor);
}

function integer(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function bytes32(value: bigint): Uint8Array {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
}
