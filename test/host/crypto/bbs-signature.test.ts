import { describe, expect, test } from 'vitest';
import { type BbsSignatureParts, splitBbsSignature, toHex, utf8ToBytes } from '../../../apdu/index.js';
import { groupNeeds, nobleEngine, signGroup } from '../../../applet/index.js';
import { loadGroupVerifier, loadNobleGroupVerifier } from '../../../host/index.js';
import { meteredCoprocessor } from '../../applet/crypto/metered-coprocessor.js';
import {
  altered,
  bbsGroup,
  bbsMember,
  bbsSign,
  honestClaim,
  proveClaim,
  withoutCredential,
} from './bbs-fixture.js';
import { group, member, SIGNED } from './group-fixture.js';
import { compress, decompress, generalTorsion, TORSION_3, torsionOfOrder } from './torsion.js';

const bls = await bbsGroup('bls12381', 101);
const bn = await bbsGroup('bn254', 102);
const alice = await bbsMember(bls, 1);
const carol = await bbsMember(bn, 2);
const ok = { ok: true };
const refused = (reason: string) => ({ ok: false, reason });

/** What both libraries say; they must agree. */
function verdicts(to: typeof bls, signature: Uint8Array, signed: typeof SIGNED = SIGNED) {
  const verdict = to.verifier.verify({ ...signed, signature });
  expect(to.noble.verify({ ...signed, signature })).toEqual(verdict);
  return verdict;
}

describe.each([
  ['BLS12-381', bls, alice, 351],
  ['BN', bn, carol, 287],
] as const)('BBS on %s', (_, to, card, bytes) => {
  test('a card signs, mcl and noble verify', () => {
    const signature = bbsSign(card, 1);
    expect(signature.length).toBe(bytes);
    expect(verdicts(to, signature)).toEqual(ok);
  });

  test('mcl signs, noble verifies: the second direction', () => {
    const claim = honestClaim(to, card.parts, card.key.secretKey, 3);
    expect(verdicts(to, proveClaim(to, claim, 3))).toEqual(ok);
  });

  test('two signatures of one statement have no part in common', () => {
    const [one, two] = [bbsSign(card, 2), bbsSign(card, 3)];
    const parts = (signature: Uint8Array) => {
      const { points, challenge, responses } = splitBbsSignature(to.suite, signature)!;
      return [...Object.values(points), challenge, ...Object.values(responses)].map(toHex);
    };
    const first = new Set(parts(one));
    expect(first.size).toBe(9);
    for (const part of parts(two)) expect(first.has(part)).toBe(false);
  });

  test('refused: another statement, domain, epoch or group', async () => {
    const signature = bbsSign(card, 4);
    for (const change of [{ statement: utf8ToBytes('another') }, { domain: 'IMIS-v1/gs/eq10' }]) {
      expect(to.verifier.verify({ ...SIGNED, ...change, signature })).toEqual(refused('challenge'));
      expect(to.noble.verify({ ...SIGNED, ...change, signature })).toEqual(refused('challenge'));
    }
    const nextEpoch = loadGroupVerifier(to.curve, { ...to.keys.published, epoch: 8 });
    if (!nextEpoch.ok) throw new Error(nextEpoch.reason);
    expect(nextEpoch.verifier.verify({ ...SIGNED, signature })).toEqual(refused('challenge'));
    const foreign = await bbsGroup(to.suite.curve.name, 199);
    expect(verdicts(foreign, signature)).toEqual(refused('challenge'));
  });

  test('refused: any changed byte, any other length', () => {
    const signature = bbsSign(card, 5);
    for (let at = 0; at < signature.length; at += 7) {
      const changed = signature.slice();
      changed[at]! ^= 0x04;
      expect(to.verifier.verify({ ...SIGNED, signature: changed }).ok).toBe(false);
    }
    for (const length of [0, bytes - 1, bytes + 1, 184, 136]) {
      expect(verdicts(to, new Uint8Array(length))).toEqual(refused('length'));
    }
  });

  test('s + r: no response has a second form', () => {
    const signature = bbsSign(card, 6);
    const order = integer(to.suite.curve.order);
    for (const name of ['rho', 'epsilon', 'sk', 'tau'] as const) {
      const shifted = altered(to, signature, (parts) => {
        const sum = integer(parts.responses[name]) + order;
        // where s + r does not fit, the largest 32-byte number stands for it
        const hex = (sum < 1n << 256n ? sum : (1n << 256n) - 1n).toString(16).padStart(64, '0');
        return { ...parts, responses: { ...parts.responses, [name]: Buffer.from(hex, 'hex') } };
      });
      expect(verdicts(to, shifted)).toEqual(refused('response-range'));
    }
  });

  test('a challenge of zero proves nothing', () => {
    const zeroed = altered(to, bbsSign(card, 7), (parts) => ({ ...parts, challenge: new Uint8Array(31) }));
    expect(verdicts(to, zeroed)).toEqual(refused('zero-challenge'));
  });

  test('the ciphertext of another signature does not fit, nor its randomised points', () => {
    const [mine, other] = [bbsSign(card, 8), bbsSign(card, 9)].map(
      (bytes_) => splitBbsSignature(to.suite, bytes_)!,
    ) as [BbsSignatureParts, BbsSignatureParts];
    for (const swapped of [['t1', 't2'], ['t1'], ['t2'], ['a', 'aBar'], ['a'], ['aBar']] as const) {
      const points = { ...mine.points };
      for (const name of swapped) points[name] = other.points[name];
      const forged = altered(to, bbsSign(card, 8), (parts) => ({ ...parts, ...mine, points }));
      expect(verdicts(to, forged)).toEqual(refused('challenge'));
    }
  });

  test('a ciphertext under another opening key, with a right proof of everything else', () => {
    const claim = honestClaim(to, card.parts, card.key.secretKey, 10);
    const { mcl, g1 } = to.curve;
    const elsewhere = mcl.mul(g1, to.curve.scalar(new Uint8Array(32).fill(3)));
    const t2 = mcl.add(mcl.mul(g1, claim.sk), mcl.mul(elsewhere, claim.tau));
    expect(verdicts(to, proveClaim(to, { ...claim, t2 }, 10))).toEqual(refused('challenge'));
  });

  test('no credential: everything proven, only Ā is not γ·A', () => {
    const claim = withoutCredential(to, 11);
    expect(verdicts(to, proveClaim(to, claim, 11))).toEqual(refused('equation'));
  });

  test('points at infinity and off the curve at each position', () => {
    const signature = bbsSign(card, 12);
    const n = to.suite.curve.g1Bytes;
    const infinity = new Uint8Array(n);
    if (to === bls) infinity[0] = 0xc0;
    const bad = [
      [infinity, 'infinity'],
      [new Uint8Array(n).fill(0xff), 'encoding'],
    ] as const;
    for (const name of ['a', 'aBar', 't1', 't2'] as const) {
      for (const [bytes_, reason] of bad) {
        const forged = altered(to, signature, (parts) => ({
          ...parts,
          points: { ...parts.points, [name]: bytes_ },
        }));
        expect(verdicts(to, forged)).toEqual(refused(reason));
      }
    }
    const nothing = altered(to, signature, (parts) => ({
      ...parts,
      points: { a: infinity, aBar: infinity, t1: infinity, t2: infinity },
    }));
    expect(verdicts(to, nothing)).toEqual(refused('infinity'));
  });

  test('declared memory and operations: nine multiplications, one inverse', () => {
    card.charges.length = 0;
    const signature = bbsSign(card, 13);
    expect(card.counts()).toMatchObject({
      [`${to.suite.curve.name}-g1-mul`]: 9,
      [`${to.suite.curve.name}-g1-add`]: 4,
      modinv: 1,
      rng: 1,
    });
    expect(signature.length).toBe(to.suite.signatureBytes);
    expect(card.peakBytes()).toBeLessThanOrEqual(
      Math.max(groupNeeds(to.suite).signingBytes, groupNeeds(to.suite).credentialBytes) +
        4 * to.suite.curve.g1AffineBytes,
    );
    expect(card.key.credential.length).toBe(groupNeeds(to.suite).credentialBytes);
  });
});

test('BLS12-381: torsion of order 3, of each prime and of general order at each position', () => {
  const signature = bbsSign(alice, 20);
  const torsion = [TORSION_3, torsionOfOrder(11n), torsionOfOrder(10177n), generalTorsion(5n)];
  for (const name of ['a', 'aBar', 't1', 't2'] as const) {
    for (const extra of torsion) {
      const parts = splitBbsSignature(bls.suite, signature)!;
      for (const forgedPoint of [extra, decompress(parts.points[name]).add(extra)]) {
        const points = { ...parts.points, [name]: compress(forgedPoint) };
        const forged = altered(bls, signature, (it) => ({ ...it, points }));
        expect(verdicts(bls, forged)).toEqual(refused('subgroup'));
      }
    }
  }
});

describe('one suite presented as another', () => {
  test('a signature of PS-G1 is none of BBS, cut or filled to its length, and back', async () => {
    const ps = await group('bls12381', 111);
    const bob = await member(ps, 5);
    const psSignature = signGroup(bob.coprocessor, ps.suite, bob.key, SIGNED, 2)!;
    const filled = new Uint8Array(351);
    filled.set(psSignature);
    expect(verdicts(bls, psSignature)).toEqual(refused('length'));
    expect(verdicts(bls, filled).ok).toBe(false);
    const bbsSignature = bbsSign(alice, 21);
    expect(ps.verifier.verify({ ...SIGNED, signature: bbsSignature })).toEqual(refused('length'));
    const cut = bbsSignature.slice(0, 184);
    expect(ps.verifier.verify({ ...SIGNED, signature: cut }).ok).toBe(false);
  });

  test('a group key read as another suite’s is refused', () => {
    for (const id of [0, 1, 2, 4, 5, 255]) {
      const publicKey = bls.keys.published.publicKey.slice();
      publicKey[0] = id;
      const key = { ...bls.keys.published, publicKey };
      expect(loadGroupVerifier(bls.curve, key).ok).toBe(false);
      expect(loadNobleGroupVerifier(key).ok).toBe(false);
    }
  });

  test('one curve and one member key under two schemes: the challenges differ, so no response fits both', async () => {
    const ps = await group('bls12381', 112);
    const bob = await member(ps, 6);
    const key = { ...alice.key, secretKey: bob.key.secretKey };
    const signature = signGroup(alice.coprocessor, bls.suite, key, SIGNED, 22)!;
    expect(verdicts(bls, signature)).toEqual(refused('challenge'));
  });
});

describe('group public key', () => {
  test.each([
    ['BLS12-381', bls],
    ['BN', bn],
  ] as const)('%s: any changed byte of key or proof is refused by both libraries', (_, to) => {
    const { publicKey, proof, epoch } = to.keys.published;
    for (let at = 0; at < publicKey.length; at += 13) {
      const changed = publicKey.slice();
      changed[at]! ^= 0x10;
      const key = { epoch, publicKey: changed, proof };
      expect([loadGroupVerifier(to.curve, key).ok, loadNobleGroupVerifier(key).ok]).toEqual([false, false]);
    }
    for (let at = 0; at < proof.length; at += 9) {
      const changed = proof.slice();
      changed[at]! ^= 0x10;
      const key = { epoch, publicKey, proof: changed };
      expect([loadGroupVerifier(to.curve, key), loadNobleGroupVerifier(key)]).toEqual([
        refused('proof'),
        refused('proof'),
      ]);
    }
  });

  test('V of another γ than W is refused, with right proofs of both secrets', async () => {
    const other = await bbsGroup('bls12381', 131);
    const { publicKey } = bls.keys.published;
    const mixed = publicKey.slice();
    // W of one group, V and Z of the other
    mixed.set(other.keys.published.publicKey.subarray(1 + 96 + 96), 1 + 96 + 96);
    const key = { ...other.keys.published, publicKey: mixed };
    expect(loadGroupVerifier(bls.curve, key)).toEqual(refused('proof'));
    expect(loadNobleGroupVerifier(key)).toEqual(refused('proof'));
  });

  test('V or Z with torsion is refused', () => {
    const { publicKey } = bls.keys.published;
    for (const at of [1 + 192, 1 + 192 + 48]) {
      const changed = publicKey.slice();
      changed.set(compress(decompress(publicKey.slice(at, at + 48)).add(TORSION_3)), at);
      const key = { ...bls.keys.published, publicKey: changed };
      expect(loadGroupVerifier(bls.curve, key)).toEqual(refused('subgroup'));
      expect(loadNobleGroupVerifier(key)).toEqual(refused('subgroup'));
    }
  });
});

describe('on the card', () => {
  test('a random number generator that repeats itself repeats no secret while the counter moves', () => {
    const made = [1, 2, 1].map((counter) => {
      const { coprocessor } = meteredCoprocessor(77);
      return toHex(signGroup(coprocessor, bls.suite, alice.key, SIGNED, counter)!);
    });
    expect(made[0]).toBe(made[2]);
    expect(made[0]!.slice(0, 96)).not.toBe(made[1]!.slice(0, 96));
  });

  test('a stored key that is no valid key gives no signature', () => {
    for (const at of [0, 96, 192, 288]) {
      const credential = alice.key.credential.slice();
      credential[at + 95]! ^= 1;
      const key = { ...alice.key, credential };
      expect(signGroup(alice.coprocessor, bls.suite, key, SIGNED, 30 + at)).toBeUndefined();
    }
    const key = { ...alice.key, credential: new Uint8Array(416) };
    expect(signGroup(alice.coprocessor, bls.suite, key, SIGNED, 29)).toBeUndefined();
  });

  test('c = 0 makes the card start anew with other secrets', async () => {
    const { coprocessor, key } = await bbsMember(bls, 11, {
      ...nobleEngine,
      sha256: (message) => {
        const digest = nobleEngine.sha256(message);
        const isChallenge = zeroes > 0 && Buffer.from(message).includes('IMIS-v1/gs/eq9');
        if (isChallenge) zeroes--;
        return isChallenge ? new Uint8Array(32) : digest;
      },
    });
    zeroes = 1;
    const signature = signGroup(coprocessor, bls.suite, key, SIGNED, 40)!;
    expect(zeroes).toBe(0);
    expect(verdicts(bls, signature)).toEqual(ok);
  });
});

let zeroes = 0;

function integer(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}
