import { describe, expect, test } from 'vitest';
import {
  challengeOf,
  challengeScalar,
  concatBytes,
  GROUP_SUITES,
  joinPsSignature,
  psChallengeInput,
  splitPsSignature,
} from '../../../apdu/index.js';
import { nobleEngine, signGroup } from '../../../applet/index.js';
import {
  type GroupVerifier,
  loadGroupVerifier,
  loadNobleGroupVerifier,
  seededRng,
  sha256,
} from '../../../host/index.js';
import { meteredCoprocessor } from '../../applet/crypto/metered-coprocessor.js';
import { EPOCH, type Group, group, member, SIGNED } from './group-fixture.js';
import {
  COFACTOR_PRIMES,
  compress,
  decompress,
  generalTorsion,
  TORSION_3,
  torsionOfOrder,
} from './torsion.js';

const bls = await group('bls12381', 11);
const bn = await group('bn254', 12);
const alice = await member(bls, 1);
const bob = await member(bls, 2);
const carol = await member(bn, 3);
const loadedNoble = loadNobleGroupVerifier(bls.keys.published);
if (!loadedNoble.ok) throw new Error(loadedNoble.reason);
const noble = loadedNoble.verifier;

const ok = { ok: true };
const refused = (reason: string) => ({ ok: false, reason });

function sign(card: typeof alice, to: Group, counter = 10, signed: typeof SIGNED = SIGNED): Uint8Array {
  return signGroup(card.coprocessor, to.suite, card.key, signed, counter)!;
}

describe('sign and verify', () => {
  test('card on noble, host on mcl: BLS12-381 and BN', () => {
    const signature = sign(alice, bls);
    expect(signature.length).toBe(184);
    expect(bls.verifier.verify({ ...SIGNED, signature })).toEqual(ok);
    expect(noble.verify({ ...SIGNED, signature })).toEqual(ok);
    const onBn = sign(carol, bn);
    expect(onBn.length).toBe(136);
    expect(bn.verifier.verify({ ...SIGNED, signature: onBn })).toEqual(ok);
    // two curves in one process do not disturb one another
    expect(bls.verifier.verify({ ...SIGNED, signature })).toEqual(ok);
  });

  test('signer on mcl, verifier on noble', () => {
    const signature = signOnMcl(bls, alice.key.secretKey, alice.credential);
    expect(noble.verify({ ...SIGNED, signature })).toEqual(ok);
    expect(bls.verifier.verify({ ...SIGNED, signature })).toEqual(ok);
  });

  test('two signatures of one card share no part', () => {
    const [a, b] = [sign(alice, bls, 20), sign(alice, bls, 21)];
    const [left, right] = [a, b].map((signature) => splitPsSignature(bls.suite, signature)!);
    for (const part of ['s1', 's2', 'commitment', 'hint', 'response'] as const) {
      expect(left![part]).not.toEqual(right![part]);
    }
  });

  test('two members verify under one key', () => {
    const signature = sign(bob, bls);
    expect(bls.verifier.verify({ ...SIGNED, signature })).toEqual(ok);
  });
});

describe('refused', () => {
  const signature = sign(alice, bls);
  const parts = splitPsSignature(bls.suite, signature)!;
  const both = (altered: Uint8Array) => {
    const verdicts = [bls.verifier, noble].map((v) => v.verify({ ...SIGNED, signature: altered }));
    expect(verdicts[0]).toEqual(verdicts[1]);
    return verdicts[0];
  };

  test('any altered byte, on both curves', () => {
    const reasons = new Map<string, number>();
    const run = (verifier: GroupVerifier, original: Uint8Array) => {
      for (let at = 0; at < original.length; at++) {
        const altered = original.slice();
        altered[at]! ^= 1 << (at % 8);
        const verdict = verifier.verify({ ...SIGNED, signature: altered });
        expect(verdict.ok).toBe(false);
        if (!verdict.ok) reasons.set(verdict.reason, (reasons.get(verdict.reason) ?? 0) + 1);
      }
    };
    run(bls.verifier, signature);
    run(bn.verifier, sign(carol, bn));
    expect([...reasons.values()].reduce((a, b) => a + b)).toBe(184 + 136);
    expect(reasons.get('equation')).toBeGreaterThan(40);
  });

  test('one altered byte of each part, on noble too and for the same reason', () => {
    for (const at of [0, 1, 47, 48, 95, 96, 143, 144, 151, 152, 183]) {
      const altered = signature.slice();
      altered[at]! ^= 0x10;
      expect(both(altered)).toMatchObject({ ok: false });
    }
  });

  test('another statement, domain, epoch or group key', async () => {
    const { verifier } = bls;
    const { domain, statement } = SIGNED;
    const other = concatBytes(statement, Uint8Array.of(0));
    expect(verifier.verify({ domain, statement: other, signature })).toEqual(refused('equation'));
    expect(verifier.verify({ domain: 'IMIS-v1/gs/eq10', statement, signature })).toEqual(refused('equation'));
    const nextEpoch = loadGroupVerifier(bls.curve, { ...bls.keys.published, epoch: EPOCH + 1 });
    expect(nextEpoch.ok && nextEpoch.verifier.verify({ ...SIGNED, signature })).toEqual(refused('equation'));
    const foreign = await group('bls12381', 99);
    expect(foreign.verifier.verify({ ...SIGNED, signature })).toEqual(refused('equation'));
  });

  test('wrong length', () => {
    for (const altered of [
      new Uint8Array(0),
      signature.subarray(1),
      concatBytes(signature, Uint8Array.of(0)),
      new Uint8Array(136),
    ]) {
      expect(both(altered)).toEqual(refused('length'));
    }
  });

  test('all points at infinity, and each alone', () => {
    const infinity = new Uint8Array(48);
    infinity[0] = 0xc0;
    const zero = { s1: infinity, s2: infinity, commitment: infinity, hint: new Uint8Array(8) };
    expect(both(joinPsSignature(bls.suite, { ...zero, response: new Uint8Array(32) }))).toEqual(
      refused('infinity'),
    );
    for (const part of ['s1', 's2', 'commitment'] as const) {
      expect(both(joinPsSignature(bls.suite, { ...parts, [part]: infinity }))).toEqual(refused('infinity'));
    }
    const onBn = sign(carol, bn);
    expect(bn.verifier.verify({ ...SIGNED, signature: onBn.fill(0, 0, 96) }).ok).toBe(false);
  });

  test('s + r', () => {
    const sum = integer(parts.response) + integer(bls.suite.curve.order);
    const response = bytes32(sum);
    expect(both(joinPsSignature(bls.suite, { ...parts, response }))).toEqual(refused('response-range'));
    const bnParts = splitPsSignature(bn.suite, sign(carol, bn))!;
    const bnSum = bytes32(integer(bnParts.response) + integer(bn.suite.curve.order));
    const altered = joinPsSignature(bn.suite, { ...bnParts, response: bnSum });
    expect(bn.verifier.verify({ ...SIGNED, signature: altered })).toEqual(refused('response-range'));
  });

  test('torsion in s1, s2 or U: order 3, every prime of the cofactor, general, and added to a good point', () => {
    const torsion = [TORSION_3, ...COFACTOR_PRIMES.map(torsionOfOrder), generalTorsion(5n)];
    for (const part of ['s1', 's2', 'commitment'] as const) {
      for (const point of torsion) {
        for (const bad of [point, decompress(parts[part]).add(point)]) {
          const altered = joinPsSignature(bls.suite, { ...parts, [part]: compress(bad) });
          expect(both(altered)).toEqual(refused('subgroup'));
        }
      }
    }
  });

  test('A at infinity: U = k·s1 with s = k, by anybody', () => {
    const k = bytes32(123456789n);
    const commitment = compress(decompress(parts.s1).multiply(integer(k)));
    const forged = joinPsSignature(bls.suite, { ...parts, commitment, response: k });
    expect(both(forged)).toEqual(refused('degenerate'));
  });

  test('a non-member with a credential of their own making, and a member with another sk', () => {
    const rng = seededRng(77);
    const { curve } = bls;
    const point = () => curve.encodeG1(curve.mcl.mul(curve.g1, curve.scalar(rng.bytes(32))));
    const forged = signOnMcl(bls, alice.key.secretKey, { sigma1: point(), sigma2: point() });
    expect(both(forged)).toEqual(refused('equation'));
    const mixed = signOnMcl(bls, bob.key.secretKey, alice.credential);
    expect(both(mixed)).toEqual(refused('equation'));
  });

  test('BN points off the curve or not canonical', () => {
    const onBn = sign(carol, bn);
    const bnParts = splitPsSignature(bn.suite, onBn)!;
    // x + p is the same residue in another encoding, where it fits 255 bits
    const p = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n;
    const flag = bnParts.s1[0]! & 0x80;
    const x = bnParts.s1.slice();
    x[0]! &= 0x7f;
    const shifted = bytes32(integer(x) + p);
    expect(shifted[0]! & 0x80).toBe(0);
    shifted[0]! |= flag;
    for (const s1 of [shifted, new Uint8Array(32).fill(0xff)]) {
      const altered = joinPsSignature(bn.suite, { ...bnParts, s1 });
      expect(bn.verifier.verify({ ...SIGNED, signature: altered })).toEqual(refused('encoding'));
    }
  });
});

describe('group key', () => {
  const { published } = bls.keys;
  const load = (publicKey: Uint8Array, proof = published.proof) => {
    const key = { epoch: EPOCH, publicKey, proof };
    const results = [loadGroupVerifier(bls.curve, key), loadNobleGroupVerifier(key)];
    expect(results[0]!.ok).toBe(results[1]!.ok);
    return results[0];
  };

  test('loads on both libraries', () => {
    expect(load(published.publicKey)).toMatchObject({ ok: true });
    expect(published.publicKey.length).toBe(1 + 3 * 96);
    expect(published.proof.length).toBe(95);
  });

  test('refused: format, suite, X~ or Y~ at infinity, off the curve, outside the subgroup', () => {
    const at = (offset: number, bytes: Uint8Array) => {
      const key = published.publicKey.slice();
      key.set(bytes, offset);
      return key;
    };
    const infinity = new Uint8Array(96);
    infinity[0] = 0xc0;
    // the curve point with x = 2 is on E'(Fp2) but not in G2
    const outside = new Uint8Array(96);
    outside[0] = 0x80;
    outside[95] = 2;
    for (const offset of [97, 193]) {
      expect(load(at(offset, infinity))).toEqual(refused('infinity'));
      expect(load(at(offset, outside))).toEqual(refused('subgroup'));
      expect(load(at(offset, new Uint8Array(96).fill(0xff)))).toEqual(refused('encoding'));
    }
    expect(load(published.publicKey.subarray(1))).toEqual(refused('format'));
    expect(load(bn.keys.published.publicKey)).toEqual(refused('suite'));
  });

  test('refused: a proof that is short, altered or of another key', async () => {
    const foreign = await group('bls12381', 98);
    for (const proof of [published.proof.subarray(1), foreign.keys.published.proof, new Uint8Array(95)]) {
      expect(load(published.publicKey, proof)).toEqual(refused('proof'));
    }
    for (const at of [0, 30, 31, 62, 63, 94]) {
      const proof = published.proof.slice();
      proof[at]! ^= 1;
      expect(load(published.publicKey, proof)).toEqual(refused('proof'));
    }
    const swapped = concatBytes(
      published.publicKey.subarray(0, 97),
      published.publicKey.subarray(193),
      published.publicKey.subarray(97, 193),
    );
    expect(load(swapped)).toEqual(refused('proof'));
  });
});

describe('on the card', () => {
  test('one signature: the exact list of coprocessor operations', () => {
    alice.charges.length = 0;
    sign(alice, bls, 30);
    const { sha256: hashes, ...others } = alice.counts();
    expect(others).toEqual({
      'bls12381-g1-mul': 3,
      // k + c·sk, and one reduction for each of t and k
      modmul: 1,
      modreduce: 2,
      modadd: 1,
      rng: 1,
      // encoding s1, s2, U
      'ram-copy': 3,
    });
    // HKDF: 1 extract and 2 × 2 expand blocks, the hint's MAC (2 hashes each), the challenge
    expect(hashes).toBe((1 + 2 * 2 + 1) * 2 + 1);
    expect(alice.peakBytes()).toBeLessThan(700);
  });

  test('BN: no subgroup multiplication, same signature', () => {
    carol.charges.length = 0;
    sign(carol, bn, 30);
    expect(carol.counts()).toMatchObject({ 'bn254-g1-mul': 3, modmul: 1, modreduce: 2 });
  });

  test('c = 0 makes the card take the next nonce', () => {
    let zeroed = 0;
    const engine = {
      ...nobleEngine,
      sha256(message: Uint8Array) {
        const isChallenge = Buffer.from(message.subarray(4, 18)).toString() === SIGNED.domain;
        if (isChallenge && zeroed++ === 0) return new Uint8Array(32);
        return nobleEngine.sha256(message);
      },
    };
    const { coprocessor } = meteredCoprocessor(5, engine);
    const first = meteredCoprocessor(5);
    const signature = signGroup(coprocessor, bls.suite, alice.key, SIGNED, 40)!;
    expect(zeroed).toBe(2);
    expect(bls.verifier.verify({ ...SIGNED, signature })).toEqual(ok);
    const usual = signGroup(first.coprocessor, bls.suite, alice.key, SIGNED, 40)!;
    const [a, b] = [signature, usual].map((bytes) => splitPsSignature(bls.suite, bytes)!);
    expect(a!.commitment).not.toEqual(b!.commitment);
  });

  test('a stored key that is no valid key gives no signature', () => {
    const key = { ...alice.key, credential: new Uint8Array(192) };
    expect(signGroup(alice.coprocessor, bls.suite, key, SIGNED, 50)).toBeUndefined();
    const off = alice.key.credential.slice();
    off[191]! ^= 1;
    expect(
      signGroup(alice.coprocessor, bls.suite, { ...alice.key, credential: off }, SIGNED, 51),
    ).toBeUndefined();
  });
});

/** The same algorithm as the card's, on mcl: for the second direction of the cross-check. */
function signOnMcl(
  to: Group,
  secretKey: Uint8Array,
  credential: { readonly sigma1: Uint8Array; readonly sigma2: Uint8Array },
): Uint8Array {
  const { curve, groupKeyHash } = to;
  const { mcl } = curve;
  const rng = seededRng(123);
  const [t, k] = [curve.scalar(rng.bytes(32)), curve.scalar(rng.bytes(32))];
  const point = (bytes: Uint8Array) => {
    const decoded = curve.decodeG1(bytes);
    if (!decoded.ok) throw new Error(decoded.reason);
    return decoded.point;
  };
  const s1 = mcl.mul(point(credential.sigma1), t);
  const points = {
    s1: curve.encodeG1(s1),
    s2: curve.encodeG1(mcl.mul(point(credential.sigma2), t)),
    commitment: curve.encodeG1(mcl.mul(s1, k)),
    hint: new Uint8Array(8),
  };
  const input = psChallengeInput({ ...points, ...SIGNED, groupKeyHash, epoch: EPOCH });
  const c = curve.scalar(challengeScalar(challengeOf(sha256(input))));
  const response = curve.encodeScalar(mcl.add(k, mcl.mul(c, curve.scalar(secretKey))));
  return joinPsSignature(GROUP_SUITES['ps-g1-bls12381'], { ...points, response });
}

function integer(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function bytes32(value: bigint): Uint8Array {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
}
