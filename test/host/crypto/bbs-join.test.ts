import { createHash } from 'node:crypto';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bn254 } from '@noble/curves/bn254.js';
import { describe, expect, test } from 'vitest';
import {
  BBS_GENERATOR_DOMAIN,
  BBS_P1,
  bbsCredentialProofInput,
  bbsPublicKeyOf,
  challengeOf,
  challengeScalar,
  joinBbsCredential,
  joinSchnorrProof,
  splitBbsCredential,
  toHex,
  utf8ToBytes,
} from '../../../apdu/index.js';
import { acceptCredential, nobleEngine } from '../../../applet/index.js';
import { makeGroupIssuer, seededRng, sha256 } from '../../../host/index.js';
import { meteredCoprocessor } from '../../applet/crypto/metered-coprocessor.js';
import {
  bbsCredential,
  bbsGroup,
  bbsMember,
  bbsOffer,
  bbsRequest,
  honestClaim,
  point,
  proveClaim,
  scalar,
} from './bbs-fixture.js';
import { DOCTOR_ID, memoryRegister, NONCE, SIGNED } from './group-fixture.js';
import { compress, decompress, generalTorsion, TORSION_3 } from './torsion.js';

const bls = await bbsGroup('bls12381', 201);
const bn = await bbsGroup('bn254', 202);
const request = bbsRequest(bls, 1);
const issued = await bbsCredential(bls, request);
const parts = splitBbsCredential(bls.suite, issued)!;
const offer = bbsOffer(bls, request, issued);
const { coprocessor } = meteredCoprocessor(1);
const accept = (changes: Partial<typeof parts>) =>
  acceptCredential(coprocessor, bls.suite, {
    ...offer,
    credential: joinBbsCredential({ ...parts, ...changes }),
  });
const refused = (reason: string) => ({ ok: false, reason });
const ask = { ...request, nonce: NONCE, doctorId: DOCTOR_ID };
const infinity = new Uint8Array(48);
infinity[0] = 0xc0;

test.each([
  ['bls12381', bls12_381, 4n, 0x396c8c005555e1568c00aaab0000aaabn],
  ['bn254', bn254, 3n, 1n],
] as const)('P1 of %s is what the hash gives, so nobody has chosen it', (name, lib, b, cofactor) => {
  const { Fp } = lib.fields;
  const frame = (...inputs: Uint8Array[]) =>
    Buffer.concat(inputs.flatMap((it) => [Buffer.from([0, 0, 0, it.length]), it]));
  const found = Array.from({ length: 32 }, (_, i) => {
    const half = (k: number) => {
      const inputs = [BBS_GENERATOR_DOMAIN, name].map((text) => utf8ToBytes(text));
      const input = frame(...inputs, Uint8Array.of(0, 0, 0, i), Uint8Array.of(k));
      return createHash('sha256').update(input).digest('hex');
    };
    const x = BigInt(`0x${half(0)}${half(1)}`) % Fp.ORDER;
    const square = Fp.add(Fp.mul(Fp.sqr(x), x), b);
    const root = Fp.pow(square, (Fp.ORDER + 1n) / 4n);
    return Fp.eql(Fp.sqr(root), square) ? { x, y: root % 2n === 0n ? root : Fp.neg(root) } : undefined;
  }).find((it) => it !== undefined)!;
  const affine = lib.G1.Point.fromAffine(found);
  const { x, y } = (cofactor === 1n ? affine : affine.multiplyUnsafe(cofactor)).toAffine();
  const hex = (value: bigint) => value.toString(16).padStart(name === 'bls12381' ? 96 : 64, '0');
  expect(toHex(BBS_P1[name].affine)).toBe(hex(x) + hex(y));
  expect(toHex(nobleEngine.g1Compress(name, BBS_P1[name].affine)!)).toBe(toHex(BBS_P1[name].encoded));
});

describe('issuer', () => {
  test('both curves: request, credential, acceptance; the credential is one by the pairing', async () => {
    for (const to of [bls, bn]) {
      const card = await bbsMember(to, 3);
      const { curve, verifier, keys } = to;
      const a = point(to, card.parts.a);
      const aBar = curve.mcl.mul(a, curve.scalar(keys.secretKey));
      expect(verifier.equationHolds([a, aBar])).toBe(true);
      const b = to.curve.parameters.g1AffineBytes;
      const stored = nobleEngine.g1Compress(curve.parameters.name, card.key.credential.slice(b, 2 * b))!;
      expect(stored).toEqual(curve.encodeG1(aBar));
    }
  });

  test('refused: another nonce, name or D, a known D, D at infinity or with torsion', async () => {
    for (const change of [
      { nonce: new Uint8Array(16) },
      { doctorId: utf8ToBytes('D-0816') },
      { membershipKey: bbsRequest(bls, 2).membershipKey },
      { proof: ask.proof.subarray(1) },
    ]) {
      expect(await bls.issuer.issue({ ...ask, ...change })).toEqual(refused('proof'));
    }
    const d = decompress(request.membershipKey);
    for (const [membershipKey, reason] of [
      [infinity, 'infinity'],
      [compress(TORSION_3), 'subgroup'],
      [compress(d.add(generalTorsion(5n))), 'subgroup'],
      [new Uint8Array(48).fill(0xff), 'encoding'],
    ] as const) {
      expect(await bls.issuer.issue({ ...ask, membershipKey })).toEqual(refused(reason));
    }
    const register = memoryRegister();
    register.members.add(request.membershipKey.join());
    const issuer = makeGroupIssuer(bls.curve, bls.keys, register, bls.rng);
    expect(await issuer.issue(ask)).toEqual(refused('known-member'));
  });

  test('why e must not repeat: two members with one e make a member that nobody admitted', async () => {
    const register = { ...memoryRegister(), nextCounter: () => 1 };
    const first = makeGroupIssuer(bls.curve, bls.keys, register, seededRng(3));
    const again = makeGroupIssuer(bls.curve, bls.keys, register, seededRng(3));
    expect(await first.issue(ask)).toMatchObject({ ok: true });
    expect(await again.issue(ask)).toEqual(refused('reused-randomness'));
    // where the register does not look: 2·A1 − A2 is a credential on 2·sk1 − sk2
    const careless = { ...register, claimUnique: () => true };
    const requests = [bbsRequest(bls, 5), bbsRequest(bls, 6)];
    const credentials = [];
    for (const it of requests) {
      const issuer = makeGroupIssuer(bls.curve, bls.keys, careless, seededRng(3));
      const result = await issuer.issue({ ...it, nonce: NONCE, doctorId: DOCTOR_ID });
      if (!result.ok) throw new Error(result.reason);
      credentials.push(splitBbsCredential(bls.suite, result.credential)!);
    }
    expect(credentials[0]!.e).toEqual(credentials[1]!.e);
    const { mcl } = bls.curve;
    const [a1, a2] = credentials.map(({ a }) => point(bls, a));
    const [sk1, sk2] = requests.map(({ secretKey }) => bls.curve.scalar(secretKey));
    const minted = {
      a: bls.curve.encodeG1(mcl.sub(mcl.add(a1!, a1!), a2!)),
      e: credentials[0]!.e,
    };
    const secretKey = bls.curve.encodeScalar(mcl.sub(mcl.add(sk1!, sk1!), sk2!));
    const signature = proveClaim(bls, honestClaim(bls, minted, secretKey, 7), 7);
    expect(bls.verifier.verify({ ...SIGNED, signature })).toEqual({ ok: true });
  });
});

describe('credential on the card', () => {
  test('accepted: three subgroup checks, e·A and the proof, metered', () => {
    const metered = meteredCoprocessor(4);
    expect(acceptCredential(metered.coprocessor, bls.suite, offer)).toMatchObject({ ok: true });
    expect(metered.counts()).toMatchObject({ 'bls12381-g1-decompress': 4, 'bls12381-g1-mul': 8, sha256: 2 });
    const onBn = meteredCoprocessor(4);
    return bbsCredential(bn, bbsRequest(bn, 8)).then((credential) => {
      const made = bbsOffer(bn, bbsRequest(bn, 8), credential);
      expect(acceptCredential(onBn.coprocessor, bn.suite, made)).toMatchObject({ ok: true });
      expect(onBn.counts()).toMatchObject({ 'bn254-g1-mul': 5 });
    });
  });

  test('refused: A at infinity, off the curve, of order 3, with torsion; e beyond the order', () => {
    for (const a of [infinity, new Uint8Array(48), new Uint8Array(48).fill(0xff)]) {
      expect(accept({ a })).toEqual(refused('encoding'));
    }
    const good = decompress(parts.a);
    for (const a of [TORSION_3, good.add(TORSION_3), generalTorsion(5n), good.add(generalTorsion(5n))]) {
      expect(accept({ a: compress(a) })).toEqual(refused('subgroup'));
    }
    expect(accept({ e: bls.curve.parameters.order })).toEqual(refused('encoding'));
    expect(accept({ e: new Uint8Array(32) })).toEqual(refused('proof'));
    expect(accept({ a: compress(good.negate()) })).toEqual(refused('proof'));
  });

  test('refused: any other length, an altered proof, another nonce, D or group', () => {
    for (const length of [0, 159, 334, 336]) {
      const credential = new Uint8Array(length);
      expect(acceptCredential(coprocessor, bls.suite, { ...offer, credential })).toEqual(refused('length'));
    }
    for (let at = 0; at < 63; at += 6) {
      const proof = parts.proof.slice();
      proof[at]! ^= 1;
      expect(accept({ proof })).toEqual(refused('proof'));
    }
    const membershipKey = bbsRequest(bls, 2).membershipKey;
    for (const change of [{ freshness: new Uint8Array(16) }, { membershipKey }]) {
      expect(acceptCredential(coprocessor, bls.suite, { ...offer, ...change })).toEqual(refused('proof'));
    }
    const groupKeyHash = new Uint8Array(32);
    expect(acceptCredential(coprocessor, bls.suite, { ...offer, groupKeyHash })).toEqual(
      refused('group-key'),
    );
  });

  test('refused: an opening key of the card’s own, which would mark every signature', () => {
    const keyPoints = parts.keyPoints.slice();
    keyPoints.set(bls.curve.encodeG1(bls.curve.mcl.mul(bls.curve.g1, scalar(bls, 9))), 96 + 48);
    expect(accept({ keyPoints })).toEqual(refused('group-key'));
  });

  test('refused: a credential under a γ of the card’s own, with the best proof there is', () => {
    const { curve, groupKeyHash } = bls;
    const { mcl, g1 } = curve;
    const gamma = scalar(bls, 10, 'mark');
    const e = scalar(bls, 11, 'e');
    const c = mcl.add(point(bls, BBS_P1.bls12381.encoded), point(bls, request.membershipKey));
    const a = mcl.mul(c, mcl.inv(mcl.add(gamma, e)));
    const k = scalar(bls, 12, 'k');
    const encoded = { a: curve.encodeG1(a), e: curve.encodeScalar(e) };
    for (const secret of [gamma, curve.scalar(bls.keys.secretKey)]) {
      const binding = { ...offer, groupKeyHash, ...encoded };
      const commitments = [curve.encodeG1(mcl.mul(g1, k)), curve.encodeG1(mcl.mul(a, k))] as const;
      const challenge = challengeOf(sha256(bbsCredentialProofInput(binding, commitments)));
      const response = mcl.add(k, mcl.mul(curve.scalar(challengeScalar(challenge)), secret));
      const proof = joinSchnorrProof({ challenge, response: curve.encodeScalar(response) });
      expect(accept({ ...encoded, proof })).toEqual(refused('proof'));
    }
  });

  test('refused: V or Z with torsion, under the hash of just that key', () => {
    for (const at of [96, 96 + 48]) {
      const keyPoints = parts.keyPoints.slice();
      keyPoints.set(compress(decompress(keyPoints.slice(at, at + 48)).add(TORSION_3)), at);
      const groupKeyHash = sha256(bbsPublicKeyOf(bls.suite, keyPoints));
      const credential = joinBbsCredential({ ...parts, keyPoints });
      expect(acceptCredential(coprocessor, bls.suite, { ...offer, groupKeyHash, credential })).toEqual(
        refused('subgroup'),
      );
    }
  });
});
