import { describe, expect, test } from 'vitest';
import {
  challengeOf,
  challengeScalar,
  GROUP_SUITES,
  joinSchnorrProof,
  type PsSignatureParts,
  psChallengeInput,
  psCredentialProofInput,
  splitPsSignature,
  utf8ToBytes,
} from '../../../apdu/index.js';
import { type GroupMemberKey, nobleEngine, requestMembership, signGroup } from '../../../applet/index.js';
import { makeGroupIssuer, seededRng, sha256 } from '../../../host/index.js';
import { meteredCoprocessor } from '../../applet/crypto/metered-coprocessor.js';
import {
  accept,
  DOCTOR_ID,
  group,
  issued,
  member,
  memberRequest,
  memoryRegister,
  NONCE,
  offerOf,
  SIGNED,
} from './group-fixture.js';
import { compress, decompress, generalTorsion, type Point, TORSION_3 } from './torsion.js';

const bls = await group('bls12381', 21);
const request = memberRequest(bls, 1);
const credential = await issued(bls, request);
const offer = offerOf(bls, request, credential);
const { coprocessor, charges, counts } = meteredCoprocessor(1);
const suite = GROUP_SUITES['ps-g1-bls12381'];
const refused = (reason: string) => ({ ok: false, reason });
const ask = { ...request, nonce: NONCE, doctorId: DOCTOR_ID };
const infinity = new Uint8Array(48);
infinity[0] = 0xc0;

describe('membership request (eq. 3)', () => {
  test.each(['bls12381', 'bn254'] as const)(
    '%s: the issuer accepts it and the card the answer',
    async (name) => {
      const to = await group(name, 22);
      const card = await member(to, 4);
      const signature = signGroup(card.coprocessor, to.suite, card.key, SIGNED, 2)!;
      expect(to.verifier.verify({ ...SIGNED, signature })).toEqual({ ok: true });
    },
  );

  test('one request costs two multiplications', () => {
    const metered = meteredCoprocessor(6);
    const inputs = { nonce: NONCE, doctorId: DOCTOR_ID, groupKeyHash: bls.groupKeyHash, counter: 1 };
    const made = requestMembership(metered.coprocessor, suite, inputs);
    expect(made.proof.length).toBe(63);
    expect(metered.counts()).toMatchObject({ 'bls12381-g1-mul': 2, modmul: 1, modreduce: 2, rng: 2 });
  });

  test('refused: nonce, name, key or D other than the ones proven', async () => {
    for (const altered of [
      { ...ask, nonce: new Uint8Array(16) },
      { ...ask, doctorId: utf8ToBytes('D-0816') },
      { ...ask, membershipKey: memberRequest(bls, 2).membershipKey },
      { ...ask, proof: ask.proof.subarray(1) },
    ]) {
      expect(await bls.issuer.issue(altered)).toEqual(refused('proof'));
    }
    const other = await group('bls12381', 23);
    expect(await other.issuer.issue(ask)).toEqual(refused('proof'));
    for (let at = 0; at < ask.proof.length; at += 3) {
      const proof = ask.proof.slice();
      proof[at]! ^= 1;
      expect(await bls.issuer.issue({ ...ask, proof })).toEqual(refused('proof'));
    }
  });

  test('refused: D at infinity, of order 3, of general torsion, with torsion, off the curve', async () => {
    const d = decompress(request.membershipKey);
    const cases = [
      [infinity, 'infinity'],
      [compress(TORSION_3), 'subgroup'],
      [compress(generalTorsion(5n)), 'subgroup'],
      [compress(d.add(TORSION_3)), 'subgroup'],
      [new Uint8Array(48).fill(0xff), 'encoding'],
      [request.membershipKey.subarray(1), 'encoding'],
    ] as const;
    for (const [membershipKey, reason] of cases) {
      expect(await bls.issuer.issue({ ...ask, membershipKey })).toEqual(refused(reason));
    }
  });

  test('refused: D of an earlier join', async () => {
    const register = memoryRegister();
    const issuer = makeGroupIssuer(bls.curve, bls.keys, register, bls.rng);
    register.members.add(request.membershipKey.join());
    expect(await issuer.issue(ask)).toEqual(refused('known-member'));
  });

  test('a repeated u is noticed when counter and random numbers repeat', async () => {
    const register = { ...memoryRegister(), nextCounter: () => 1 };
    const first = makeGroupIssuer(bls.curve, bls.keys, register, seededRng(3));
    const again = makeGroupIssuer(bls.curve, bls.keys, register, seededRng(3));
    expect(await first.issue(ask)).toMatchObject({ ok: true });
    expect(await again.issue(ask)).toEqual(refused('reused-randomness'));
  });
});

describe('credential on the card (eq. 4)', () => {
  test('accepted: two subgroup checks and the proof of u, metered', () => {
    charges.length = 0;
    expect(accept(coprocessor, suite, offer)).toMatchObject({ ok: true });
    expect(counts()).toEqual({
      'bls12381-g1-decompress': 2,
      'bls12381-g1-mul': 4,
      'bls12381-g1-add': 1,
      modadd: 1,
      'ram-copy': 1,
      sha256: 1,
    });
  });

  test('refused: infinity, off the curve, wrong length', () => {
    for (const bad of [infinity, new Uint8Array(48), new Uint8Array(48).fill(0xff)]) {
      expect(accept(coprocessor, suite, { ...offer, sigma1: bad })).toEqual(refused('encoding'));
      expect(accept(coprocessor, suite, { ...offer, sigma2: bad })).toEqual(refused('encoding'));
    }
    for (const name of ['sigma1', 'sigma2', 'proof'] as const) {
      const short = { ...offer, [name]: offer[name].subarray(1) };
      expect(accept(coprocessor, suite, short)).toEqual(refused('length'));
    }
  });

  test('refused: torsion in σ1 or σ2', () => {
    for (const name of ['sigma1', 'sigma2'] as const) {
      const good = decompress(offer[name]);
      for (const torsion of [TORSION_3, generalTorsion(5n)]) {
        for (const point of [torsion, good.add(torsion)]) {
          const altered = { ...offer, [name]: compress(point) };
          expect(accept(coprocessor, suite, altered)).toEqual(refused('subgroup'));
        }
      }
    }
  });

  test('refused: an altered proof, or one for another nonce, D, key or σ2', () => {
    for (let at = 0; at < offer.proof.length; at += 6) {
      const proof = offer.proof.slice();
      proof[at]! ^= 1;
      expect(accept(coprocessor, suite, { ...offer, proof })).toEqual(refused('proof'));
    }
    for (const altered of [
      { ...offer, freshness: new Uint8Array(16) },
      { ...offer, groupKeyHash: new Uint8Array(32) },
      { ...offer, membershipKey: offer.sigma1 },
      { ...offer, sigma2: offer.sigma1 },
      { ...offer, proof: new Uint8Array(63) },
    ]) {
      expect(accept(coprocessor, suite, altered)).toEqual(refused('proof'));
    }
  });

  test('why the subgroup check is there: without it a proof of u passes for σ1 with torsion, and U shows k mod 3', () => {
    const bad = torsionCredential();
    expect(accept(coprocessor, suite, bad)).toEqual(refused('subgroup'));
    const unchecked = meteredCoprocessor(8, { ...nobleEngine, g1InSubgroup: () => true });
    const accepted = accept(unchecked.coprocessor, suite, bad);
    expect(accepted.ok).toBe(true);
    if (!accepted.ok) return;
    const key = {
      secretKey: request.secretKey,
      credential: accepted.credential,
      hintKey: new Uint8Array(32),
      groupKeyHash: bls.groupKeyHash,
      epoch: 7,
    };
    let shown = 0;
    for (let counter = 1; counter <= 12; counter++) {
      const signature = signGroup(unchecked.coprocessor, suite, key, SIGNED, counter)!;
      const parts = splitPsSignature(suite, signature)!;
      const torsion1 = torsionPart(decompress(parts.s1));
      // every third blinding t takes the torsion away
      if (torsion1.is0()) continue;
      expect(bls.verifier.verify({ ...SIGNED, signature })).toEqual(refused('subgroup'));
      const torsionU = torsionPart(decompress(parts.commitment));
      const candidates = [0n, 1n, 2n].filter((k) => multiple(torsion1, k).equals(torsionU));
      expect(candidates).toEqual([nonceOf(parts, key) % 3n]);
      shown++;
    }
    expect(shown).toBeGreaterThan(4);
  });
});

/** A credential with σ1 = u·g + T, T of order 3, and a proof of u that verifies: about three tries. */
function torsionCredential() {
  const { curve } = bls;
  const { mcl, g1 } = curve;
  const rng = seededRng(31);
  const u = curve.scalar(rng.bytes(32));
  const sigma1 = compress(decompress(curve.encodeG1(mcl.mul(g1, u))).add(TORSION_3));
  const binding = { ...offer, sigma1 };
  for (;;) {
    const k = curve.scalar(rng.bytes(32));
    const commitment = curve.encodeG1(mcl.mul(g1, k));
    const challenge = challengeOf(sha256(psCredentialProofInput(binding, commitment)));
    // the card computes z·g + (r − c)·σ1: the torsion vanishes when r − c is a multiple of 3
    const residue = (integer(suite.curve.order) - integer(challenge)) % 3n;
    if (residue !== 0n) continue;
    const response = mcl.add(k, mcl.mul(curve.scalar(challengeScalar(challenge)), u));
    return { ...binding, proof: joinSchnorrProof({ challenge, response: curve.encodeScalar(response) }) };
  }
}

/** k = s − c·sk, as only the card could compute it. */
function nonceOf(parts: PsSignatureParts, key: GroupMemberKey): bigint {
  const c = challengeOf(sha256(psChallengeInput({ ...parts, ...SIGNED, ...key })));
  const r = integer(suite.curve.order);
  return (((integer(parts.response) - integer(c) * integer(key.secretKey)) % r) + r) % r;
}

/** r·P, which is the torsion part of P times r mod 3 = 1. */
function torsionPart(point: Point): Point {
  return point.multiplyUnsafe(integer(suite.curve.order) - 1n).add(point);
}

function multiple(point: Point, factor: bigint): Point {
  return point.is0() ? point : point.multiplyUnsafe(factor);
}

function integer(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}
