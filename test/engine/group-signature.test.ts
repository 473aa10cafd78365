/**
 * Group signatures on the accelerated engine, on mcl-wasm and on noble: the same verdict with the same reason for
 * every signature, and the same bytes for everything that follows from a seed.
 */

import { describe, expect, test } from 'vitest';
import { joinPsSignature, splitPsSignature, toHex } from '../../apdu/index.js';
import { signGroup } from '../../applet/index.js';
import {
  combineOpeningShares,
  type GroupVerifier,
  generateIssuerKeys,
  type HostCurve,
  loadGroupVerifier,
  loadHostCurve,
  loadMclCurve,
  loadNativeModule,
  loadNobleGroupVerifier,
  type MclGroupVerifier,
  makeGroupIssuer,
  makeGroupOpener,
  NativeCurve,
  type OpenableMember,
  openingShare,
  type PublishedGroupKey,
  seededRng,
  verifyBatch,
  verifyOpening,
} from '../../host/index.js';
import { SEED } from '../apdu/seed.js';
import {
  DOCTOR_ID,
  EPOCH,
  group,
  member,
  memberRequest,
  memoryRegister,
  NONCE,
  SIGNED,
} from '../host/crypto/group-fixture.js';
import { anyPoint, g1, signAnything } from '../host/crypto/mcl-signer.js';
import {
  COFACTOR_PRIMES,
  compress,
  decompress,
  generalTorsion,
  TORSION_3,
  torsionOfOrder,
} from '../host/crypto/torsion.js';

console.log(`seed ${SEED}`);
const loaded = loadNativeModule();
if (!loaded.ok) throw new Error(`${loaded.detail}: run imis engine build`);
const native: HostCurve = new NativeCurve(loaded.module);
const mcl = await loadMclCurve('bls12381');
const to = await group('bls12381', SEED);
const { suite } = to;

function verifierOn(curve: HostCurve, key: PublishedGroupKey): MclGroupVerifier {
  const result = loadGroupVerifier(curve, key);
  if (!result.ok) throw new Error(result.reason);
  return result.verifier;
}
const onNative = verifierOn(native, to.keys.published);
const onMcl = verifierOn(mcl, to.keys.published);
const nobleKey = loadNobleGroupVerifier(to.keys.published);
if (!nobleKey.ok) throw new Error(nobleKey.reason);
const onNoble: GroupVerifier = nobleKey.verifier;

const [alice, bob] = [await member(to, 1), await member(to, 2)];
let counter = 200;
const sign = (card = alice) => signGroup(card.coprocessor, suite, card.key, SIGNED, counter++)!;
const random = seededRng(SEED, 'signatures');
const scalar32 = (k: bigint) => Uint8Array.from(Buffer.from(k.toString(16).padStart(64, '0'), 'hex'));
const integer = (bytes: Uint8Array) => BigInt(`0x${toHex(bytes)}`);

/** The verdict that all three give. */
function verdict(signature: Uint8Array): string {
  const signed = { ...SIGNED, signature };
  const [expected, ...others] = [onMcl, onNative, onNoble].map((verifier) => verifier.verify(signed));
  for (const other of others) expect(other, toHex(signature)).toEqual(expected);
  return expected!.ok ? 'ok' : expected!.reason;
}

/** Signatures of every kind of badness, with the reason that each must have. */
function badSignatures(): [reason: string, signature: Uint8Array][] {
  const good = sign();
  const parts = splitPsSignature(suite, good)!;
  const altered = (change: Partial<typeof parts>) => joinPsSignature(suite, { ...parts, ...change });
  const infinity = Uint8Array.from([0xc0, ...new Uint8Array(47)]);
  const torsion = [TORSION_3, ...COFACTOR_PRIMES.map(torsionOfOrder), generalTorsion(BigInt(SEED))];
  const k = scalar32(integer(random.bytes(31)));
  const own = { s1: anyPoint(to, SEED), s2: anyPoint(to, SEED + 1), secretKey: alice.key.secretKey };
  const bobs = { s1: g1(to, bob.credential.sigma1), s2: g1(to, bob.credential.sigma2) };
  const bad: [string, Uint8Array][] = [
    ['length', good.subarray(1)],
    ['length', Uint8Array.from([...good, 0])],
    ['response-range', altered({ response: scalar32(integer(parts.response) + integer(suite.curve.order)) })],
    ['response-range', altered({ response: new Uint8Array(32).fill(0xff) })],
    [
      'equation',
      altered({ response: scalar32((integer(parts.response) + 1n) % integer(suite.curve.order)) }),
    ],
    ['equation', altered({ hint: random.bytes(8) })],
    ['infinity', altered({ s1: infinity, s2: infinity, commitment: infinity, response: new Uint8Array(32) })],
    ['degenerate', altered({ commitment: compress(decompress(parts.s1).multiply(integer(k))), response: k })],
    ['equation', signAnything(to, own, SEED)],
    ['equation', signAnything(to, { ...bobs, secretKey: alice.key.secretKey }, SEED)],
    ['equation', joinPsSignature(suite, { ...parts, s1: parts.s2, s2: parts.s1 })],
  ];
  for (const part of ['s1', 's2', 'commitment'] as const) {
    bad.push(['infinity', altered({ [part]: infinity })]);
    bad.push(['encoding', altered({ [part]: parts[part].with(0, parts[part][0]! & 0x7f) })]);
    bad.push(['encoding', altered({ [part]: new Uint8Array(48).fill(0xff) })]);
    bad.push(['equation', altered({ [part]: parts[part].with(0, parts[part][0]! ^ 0x20) })]);
    for (const point of torsion) {
      bad.push(['subgroup', altered({ [part]: compress(point) })]);
      bad.push(['subgroup', altered({ [part]: compress(decompress(parts[part]).add(point)) })]);
    }
  }
  return bad;
}

describe('one signature', () => {
  test('of any card is good on all three', () => {
    for (const card of [alice, bob, alice, bob]) expect(verdict(sign(card))).toBe('ok');
  });

  test('bad in any way has one reason on all three', () => {
    const bad = badSignatures();
    for (const [reason, signature] of bad) expect(verdict(signature), toHex(signature)).toBe(reason);
    console.log(`${bad.length} bad signatures`);
  });

  test('with any one byte altered has one reason on all three', () => {
    const good = sign();
    const reasons = new Map<string, number>();
    for (let at = 0; at < good.length; at++) {
      const reason = verdict(good.with(at, good[at]! ^ (1 << (random.bytes(1)[0]! % 8))));
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    console.log([...reasons].map(([reason, count]) => `${reason} ${count}`).join(', '));
    expect(reasons.get('ok')).toBeUndefined();
    expect(reasons.size).toBeGreaterThan(2);
  });

  test('of random points and scalars has one reason on all three', () => {
    for (let i = 0; i < 20; i++) {
      const signature = random.bytes(184);
      for (const at of [0, 48, 96]) signature[at] = (signature[at]! & 0x1f) | 0x80;
      expect(verdict(signature)).not.toBe('ok');
    }
  });
});

describe('a batch', () => {
  const batchOn = (verifier: MclGroupVerifier, signatures: readonly Uint8Array[]) =>
    verifyBatch(
      verifier,
      signatures.map((signature, i) => ({ sender: `sender ${i % 3}`, signed: { ...SIGNED, signature } })),
      { rng: seededRng(SEED, 'exponents') },
    );

  test.each([1, 2, 3, 40])('of %i good signatures', (count) => {
    const signatures = Array.from({ length: count }, (_, i) => sign(i % 2 === 0 ? alice : bob));
    const result = batchOn(onNative, signatures);
    expect(result).toEqual(batchOn(onMcl, signatures));
    expect(result.products).toBe(1);
    expect(result.verdicts.every(({ ok }) => ok)).toBe(true);
  });

  test('with bad ones among them names the same on both', () => {
    const bad = badSignatures();
    const signatures = bad.flatMap(([, signature], i) => (i % 4 === 0 ? [sign(), signature] : [signature]));
    const result = batchOn(onNative, signatures);
    expect(result).toEqual(batchOn(onMcl, signatures));
    expect(result.verdicts.filter(({ ok }) => ok)).toHaveLength(signatures.length - bad.length);
  });
});

describe('from a seed, both engines compute the same bytes', () => {
  const issue = async (curve: HostCurve) => {
    const rng = seededRng(SEED, 'issuer');
    const keys = generateIssuerKeys(curve, suite, EPOCH, rng);
    const issuer = makeGroupIssuer(curve, keys, memoryRegister(), rng);
    const it = { ...to, keys, groupKeyHash: verifierOn(curve, keys.published).groupKeyHash };
    const request = memberRequest(it, 5);
    return { keys, result: await issuer.issue({ ...request, nonce: NONCE, doctorId: DOCTOR_ID }) };
  };

  test('keys and credentials', async () => {
    const made = await issue(native);
    expect(made.result.ok).toBe(true);
    expect(made).toEqual(await issue(mcl));
  });

  test('refusals of a membership key', async () => {
    const { membershipKey } = alice.request;
    for (const [reason, altered] of [
      ['infinity', Uint8Array.from([0xc0, ...new Uint8Array(47)])],
      ['subgroup', compress(TORSION_3)],
      ['encoding', membershipKey.subarray(1)],
      ['proof', bob.request.membershipKey],
    ] as const) {
      for (const curve of [native, mcl]) {
        const issuer = makeGroupIssuer(curve, to.keys, memoryRegister(), seededRng(1));
        const request = { ...alice.request, membershipKey: altered, nonce: NONCE, doctorId: DOCTOR_ID };
        expect(await issuer.issue(request)).toEqual({ ok: false, reason });
      }
    }
  });

  test('keys of a group that are refused', () => {
    const { published } = to.keys;
    const alter = (at: number) => ({
      ...published,
      publicKey: published.publicKey.with(at, published.publicKey[at]! ^ 1),
    });
    const short = { ...published, proof: published.proof.subarray(1) };
    for (const key of [alter(0), alter(60), alter(100), alter(150), alter(240), short]) {
      const refused = loadGroupVerifier(native, key);
      expect(refused.ok).toBe(false);
      expect(refused).toEqual(loadGroupVerifier(mcl, key));
    }
  });

  test('shares and keys for opening', () => {
    const [a, b] = [scalar32(integer(random.bytes(31))), scalar32(integer(random.bytes(31)))];
    const shares = [openingShare(native, a), openingShare(native, b)] as const;
    expect(shares).toEqual([openingShare(mcl, a), openingShare(mcl, b)]);
    const sum = native.lib.add(native.scalar(a), native.scalar(b));
    const membershipKey = native.encodeG1(native.lib.mul(native.g1, sum));
    const combined = combineOpeningShares(native, { membershipKey, shares });
    expect(combined.ok).toBe(true);
    expect(combined).toEqual(combineOpeningShares(mcl, { membershipKey, shares }));
    const wrong = { membershipKey: alice.request.membershipKey, shares };
    expect(combineOpeningShares(native, wrong)).toEqual({ ok: false, reason: 'mismatch' });
  });
});

describe('an opening', () => {
  const members: OpenableMember[] = [alice, bob].map((card, i) => ({
    doctorId: `D-${i}`,
    membershipKey: card.request.membershipKey,
    openingKey: mcl.encodeG2(mcl.mcl.mul(mcl.g2, mcl.scalar(card.key.secretKey))),
    hintKey: card.key.hintKey,
  }));
  const ports = {
    openingKey: new Uint8Array(32),
    register: { members: () => members, memberWith: () => undefined },
    log: { record: () => undefined },
  };
  const [nativeOpener, mclOpener] = [makeGroupOpener(onNative, ports), makeGroupOpener(onMcl, ports)];
  const records = { hasJoined: () => true };

  test('finds the same member, proves it with the same bytes, and is verified by either', () => {
    const signed = { ...SIGNED, signature: sign(bob) };
    const found = nativeOpener.open(signed);
    expect(found).toMatchObject({ ok: true, member: members[1] });
    expect(found).toEqual(mclOpener.open(signed));
    const { doctorId, membershipKey } = members[1]!;
    const claim = { signed, doctorId, membershipKey, judgeNonce: NONCE };
    const nonce = () => ({ rng: seededRng(SEED, 'opening'), counter: 1 });
    const opening = { signed, member: members[1]!, judgeNonce: NONCE };
    const proof = nativeOpener.prove(opening, nonce())!;
    expect(proof).toEqual(mclOpener.prove(opening, nonce()));
    for (const verifier of [onNative, onMcl]) {
      expect(verifyOpening(verifier, { ...claim, proof }, records)).toEqual({ ok: true });
      const altered = proof.with(3, proof[3]! ^ 1);
      expect(verifyOpening(verifier, { ...claim, proof: altered }, records)).toEqual({
        ok: false,
        reason: 'proof',
      });
      const stolen = { ...claim, membershipKey: members[0]!.membershipKey, proof };
      expect(verifyOpening(verifier, stolen, records)).toEqual({ ok: false, reason: 'proof' });
    }
  });
});

test('the process takes the accelerated engine for BLS12-381, and mcl-wasm for BN and when it is asked to', async () => {
  expect(await loadHostCurve('bls12381')).toBeInstanceOf(NativeCurve);
  expect(await loadHostCurve('bn254')).toBe(await loadMclCurve('bn254'));
  process.env.IMIS_ENGINE = 'mcl-wasm';
  expect(await loadHostCurve('bls12381')).toBe(mcl);
  delete process.env.IMIS_ENGINE;
});
