import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bn254 } from '@noble/curves/bn254.js';
import type { G1, G2 } from 'mcl-wasm';
import { describe, expect, test } from 'vitest';
import {
  challengeOf,
  challengeScalar,
  gtBytes,
  joinPsOpeningProof,
  type OpeningBinding,
  psOpeningProofBytes,
  psOpeningProofInput,
  splitPsOpeningProof,
} from '../../../apdu/index.js';
import { signGroup } from '../../../applet/index.js';
import {
  type ClaimedOpening,
  type JoinRecords,
  type OpenableMember,
  type OpeningLogEntry,
  PsOpener,
  provePsOpening,
  seededRng,
  sha256,
  verifyOpening,
} from '../../../host/index.js';
import { EPOCH, type Group, group, issued, member, memberRequest, SIGNED } from './group-fixture.js';
import { g1, signAnything } from './mcl-signer.js';

const bls = await group('bls12381', 41);
const bn = await group('bn254', 42);
type Card = Awaited<ReturnType<typeof member>>;

function openable(to: Group, card: Card, doctorId: string): OpenableMember {
  const { curve } = to;
  const openingKey = curve.encodeG2(curve.mcl.mul(curve.g2, curve.scalar(card.key.secretKey)));
  const { membershipKey } = card.request;
  return { doctorId, membershipKey, openingKey, hintKey: card.key.hintKey };
}

async function world(to: Group) {
  const cards = [await member(to, 1), await member(to, 2), await member(to, 3)] as const;
  const members = cards.map((card, i) => openable(to, card, `D-${i}`));
  const log: OpeningLogEntry[] = [];
  const opener = (register = members) =>
    new PsOpener(to.verifier, {
      openingKey: to.keys.openingKey,
      register: { members: () => register, memberWith: () => undefined },
      log: { record: (entry) => void log.push(entry) },
    });
  const records: JoinRecords = {
    hasJoined: (id, d) => members.some((m) => m.doctorId === id && m.membershipKey.join() === d.join()),
  };
  return { to, cards, members, log, opener, records };
}
type World = Awaited<ReturnType<typeof world>>;
const onBls = await world(bls);
const onBn = await world(bn);

function signedBy({ to, cards }: World, index: number, counter = 60) {
  const { coprocessor, key } = cards[index]!;
  return { ...SIGNED, signature: signGroup(coprocessor, to.suite, key, SIGNED, counter)! };
}

const JUDGE = new Uint8Array(16).fill(0x6a);
const nonce = (counter = 1) => ({ rng: seededRng(9, 'opening'), counter });

function claim(at: World, index: number): ClaimedOpening {
  const { to, members } = at;
  const signed = signedBy(at, index);
  const it = members[index]!;
  const proof = provePsOpening(to.verifier, { signed, member: it, judgeNonce: JUDGE }, nonce())!;
  const { doctorId, membershipKey } = it;
  return { signed, doctorId, membershipKey, judgeNonce: JUDGE, proof };
}

function pointsOf(to: Group, signed: ClaimedOpening['signed']): readonly [a: G1, s1: G1, s2: G1] {
  const checked = to.verifier.check(signed);
  if (!checked.ok) throw new Error(checked.reason);
  // the verifier computes on mcl-wasm here
  return checked.points as unknown as readonly [a: G1, s1: G1, s2: G1];
}

function bindingOf(
  to: Group,
  { signed, doctorId, membershipKey, judgeNonce }: ClaimedOpening,
): OpeningBinding {
  return { judgeNonce, groupKeyHash: to.groupKeyHash, epoch: EPOCH, ...signed, doctorId, membershipKey };
}

/** A prover that believes any T~, as a lying service would run it. */
function proveAnything(to: Group, opening: Omit<ClaimedOpening, 'proof'>, key: G2): ClaimedOpening {
  const { curve } = to;
  const { mcl } = curve;
  const r = mcl.mul(curve.g2, curve.scalar(seededRng(4, 'liar').bytes(32).fill(0, 0, 1)));
  const [, s1] = pointsOf(to, opening.signed);
  const t1 = curve.encodeGt(mcl.pairing(s1, r));
  const t2 = curve.encodeGt(mcl.pairing(curve.g1, r));
  const binding = bindingOf(to, { ...opening, proof: new Uint8Array(0) });
  const challenge = challengeOf(sha256(psOpeningProofInput(binding, { t1, t2 })));
  const response = mcl.add(r, mcl.mul(key, curve.scalar(challengeScalar(challenge))));
  return { ...opening, proof: joinPsOpeningProof({ challenge, response: curve.encodeG2(response) }) };
}

function keyOf(to: Group, { openingKey }: OpenableMember): G2 {
  const decoded = to.curve.decodeG2(openingKey);
  if (!decoded.ok) throw new Error(decoded.reason);
  return decoded.point;
}

const refused = (reason: string) => ({ ok: false, reason });

describe.each([
  ['BLS12-381', onBls],
  ['BN', onBn],
])('on %s', (_, at) => {
  const { to, cards, members, records } = at;

  test('each signer is found by the hint, and the opening is logged', () => {
    for (const [i, it] of members.entries()) {
      const signed = signedBy(at, i);
      expect(at.opener().open(signed)).toEqual({ ok: true, member: it, foundBy: 'hint' });
      const signatureHash = sha256(signed.signature);
      expect(at.log.at(-1)).toEqual({ epoch: EPOCH, signatureHash, doctorId: it.doctorId });
    }
  });

  test('a lying hint, nobody’s or a colleague’s, does not hide the signer', () => {
    const { coprocessor, key } = cards[0];
    for (const hintKey of [new Uint8Array(32), cards[1].key.hintKey]) {
      const lying = { ...key, hintKey };
      const signature = signGroup(coprocessor, to.suite, lying, SIGNED, 61)!;
      const result = at.opener().open({ ...SIGNED, signature });
      expect(result).toEqual({ ok: true, member: members[0], foundBy: 'scan' });
    }
  });

  test('a signer outside the register is unknown, a bad signature is not opened', () => {
    const signed = signedBy(at, 0);
    expect(at.opener(members.slice(1)).open(signed)).toEqual(refused('unknown-signer'));
    expect(at.log.at(-1)!.doctorId).toBeUndefined();
    const other = { ...signed, domain: 'IMIS-v1/gs/eq10' };
    expect(at.opener().open(other)).toEqual(refused('equation'));
  });

  test('a proof of opening convinces an outsider', () => {
    const opening = claim(at, 1);
    expect(opening.proof.length).toBe(psOpeningProofBytes(to.suite.curve));
    expect(verifyOpening(to.verifier, opening, records)).toEqual({ ok: true });
  });

  test('and an outsider on noble, with the same bytes in every hash', () => {
    const opening = claim(at, 1);
    const { challenge, response } = splitPsOpeningProof(to.suite.curve, opening.proof)!;
    const commitments = nobleCommitments(to, opening, challenge, response);
    expect(commitments.t1.length).toBe(gtBytes(to.suite.curve));
    const input = psOpeningProofInput(bindingOf(to, opening), commitments);
    expect(challengeOf(sha256(input))).toEqual(challenge);
  });

  test('a false opening, by anybody who has every T~ but not the signer’s', () => {
    const signed = signedBy(at, 0);
    const [signer, victim] = [members[0]!, members[1]!];
    const { doctorId, membershipKey } = victim;
    const opening = { signed, doctorId, membershipKey, judgeNonce: JUDGE };
    expect(
      provePsOpening(to.verifier, { signed, member: victim, judgeNonce: JUDGE }, nonce()),
    ).toBeUndefined();
    const relabelled = { ...victim, openingKey: signer.openingKey };
    // T~ of the signer under the victim's D, T~ of the victim, and their sum
    const { mcl } = to.curve;
    const keys = [keyOf(to, signer), keyOf(to, victim), mcl.add(keyOf(to, signer), keyOf(to, victim))];
    for (const key of keys) {
      expect(verifyOpening(to.verifier, proveAnything(to, opening, key), records)).toEqual(refused('proof'));
    }
    const forged = provePsOpening(to.verifier, { signed, member: relabelled, judgeNonce: JUDGE }, nonce())!;
    expect(verifyOpening(to.verifier, { ...opening, proof: forged }, records)).toEqual(refused('proof'));
    // the lying prover is a right one when it does not lie
    const honest = { ...opening, doctorId: signer.doctorId, membershipKey: signer.membershipKey };
    const right = proveAnything(to, honest, keyOf(to, signer));
    expect(verifyOpening(to.verifier, right, records)).toEqual({ ok: true });
  });

  test('an opening to an unregistered D, or to a D of another doctor, is void', async () => {
    const made = { secretKey: sha256(JUDGE).fill(0, 0, 1) };
    const d = to.curve.encodeG1(to.curve.mcl.mul(to.curve.g1, to.curve.scalar(made.secretKey)));
    const opening = claim(at, 2);
    const strangers = [{ membershipKey: d }, { doctorId: 'D-0' }, { membershipKey: new Uint8Array(48) }];
    for (const stranger of strangers) {
      expect(verifyOpening(to.verifier, { ...opening, ...stranger }, records)).toEqual(
        refused('unregistered'),
      );
    }
  });

  test('a proof is bound to signature, statement, judge and doctor', () => {
    const opening = claim(at, 0);
    const altered = (change: Partial<ClaimedOpening>) =>
      verifyOpening(to.verifier, { ...opening, ...change }, records);
    expect(altered({ judgeNonce: JUDGE.map((byte) => byte ^ 1) })).toEqual(refused('proof'));
    expect(altered({ signed: signedBy(at, 0, 62) })).toEqual(refused('proof'));
    expect(altered({ signed: { ...opening.signed, domain: 'IMIS-v1/gs/eq2' } })).toEqual(refused('equation'));
    expect(altered({ proof: opening.proof.subarray(1) })).toEqual(refused('proof-format'));
    expect(altered({ proof: opening.proof.slice().fill(0xff, 31) })).toEqual(refused('proof-format'));
    for (const place of [0, 15, 30]) {
      const proof = opening.proof.slice();
      proof[place]! ^= 1;
      expect(altered({ proof })).toEqual(refused('proof'));
    }
    const foreign = claim(at, 1).proof;
    expect(altered({ proof: foreign })).toEqual(refused('proof'));
  });
});

describe('framing by the issuer', () => {
  const { members, records } = onBls;
  const victim = members[0]!;
  const { curve } = bls;
  const { mcl } = curve;

  test('a credential on the victim’s D without sk signs nothing', async () => {
    // x, y and a u of the issuer's own make a valid credential on D; the proof of sk is what is missing
    const u = curve.scalar(seededRng(6).bytes(32).fill(0, 0, 1));
    const [x, y] = [bls.keys.secretKey.subarray(0, 32), bls.keys.secretKey.subarray(32)];
    const s1 = mcl.mul(curve.g1, u);
    const d = g1(bls, victim.membershipKey);
    const s2 = mcl.add(mcl.mul(s1, curve.scalar(x)), mcl.mul(d, mcl.mul(u, curve.scalar(y))));
    const secretKey = seededRng(7).bytes(32).fill(0, 0, 1);
    const signature = signAnything(bls, { secretKey, s1, s2 }, 1);
    expect(bls.verifier.verify({ ...SIGNED, signature })).toEqual(refused('equation'));
  });

  test('an invented member signs, but opens to nobody, also when the opening service helps', async () => {
    const invented = memberRequest(bls, 66);
    const credential = await issued(bls, invented);
    const points = { s1: g1(bls, credential.sigma1), s2: g1(bls, credential.sigma2) };
    const signature = signAnything(bls, { ...points, secretKey: invented.secretKey }, 2);
    const signed = { ...SIGNED, signature };
    expect(bls.verifier.verify(signed)).toEqual({ ok: true });
    expect(onBls.opener().open(signed)).toEqual(refused('unknown-signer'));
    const { doctorId, membershipKey } = victim;
    const claimed = { signed, doctorId, membershipKey, judgeNonce: JUDGE };
    for (const key of [keyOf(bls, victim), mcl.mul(curve.g2, curve.scalar(invented.secretKey))]) {
      expect(verifyOpening(bls.verifier, proveAnything(bls, claimed, key), records)).toEqual(
        refused('proof'),
      );
    }
  });

  test('the limit: whoever has made sk signs as that doctor, and the opening says so', () => {
    const card = onBls.cards[0];
    const { sigma1, sigma2 } = card.credential;
    const t = curve.scalar(seededRng(8).bytes(32).fill(0, 0, 1));
    const [s1, s2] = [sigma1, sigma2].map((sigma) => mcl.mul(g1(bls, sigma), t));
    const signature = signAnything(bls, { s1: s1!, s2: s2!, secretKey: card.key.secretKey }, 3);
    const signed = { ...SIGNED, signature };
    const proof = provePsOpening(bls.verifier, { signed, member: victim, judgeNonce: JUDGE }, nonce(2))!;
    const { doctorId, membershipKey } = victim;
    const opening = { signed, doctorId, membershipKey, judgeNonce: JUDGE, proof };
    expect(verifyOpening(bls.verifier, opening, records)).toEqual({ ok: true });
  });
});

/** T1 = e(s1, S~)·e(W, g~)^−c' and T2 = e(g, S~)·e(D, g~)^−c' on noble alone. */
function nobleCommitments(to: Group, opening: ClaimedOpening, challenge: Uint8Array, response: Uint8Array) {
  const lib = to === bls ? bls12_381 : bn254;
  const { Fp12, Fr } = lib.fields;
  const integer = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  const [a, s1] = pointsOf(to, opening.signed);
  const fromMcl = (point: typeof a) => {
    const normal = to.curve.mcl.normalize(point);
    const [x, y] = [normal.getX(), normal.getY()].map((it) => BigInt(`0x${it.getStr(16)}`));
    return lib.G1.Point.fromAffine({ x: x!, y: y! });
  };
  const normal = to.curve.mcl.normalize(keyOf(to, { ...onBls.members[0]!, openingKey: response }));
  const fp2 = (it: ReturnType<typeof normal.getX>) => ({
    c0: BigInt(`0x${it.get_a().getStr(16)}`),
    c1: BigInt(`0x${it.get_b().getStr(16)}`),
  });
  const s = lib.G2.Point.fromAffine({ x: fp2(normal.getX()), y: fp2(normal.getY()) });
  const minusC = Fr.neg(integer(challenge));
  const d = fromMcl(g1(to, opening.membershipKey));
  const encode = (element: ReturnType<typeof lib.pairing>) => {
    const digits = to.suite.curve.g1AffineBytes;
    const sixes = [element.c0, element.c1].flatMap(({ c0, c1, c2 }) => [c0, c1, c2]);
    const hex = sixes.flatMap(({ c0, c1 }) => [c0, c1]).map((it) => it.toString(16).padStart(digits, '0'));
    return new Uint8Array(Buffer.from(hex.join(''), 'hex'));
  };
  const commitment = (p: typeof d, q: typeof d) =>
    encode(Fp12.mul(lib.pairing(p, s), Fp12.pow(lib.pairing(q, lib.G2.Point.BASE), minusC)));
  return { t1: commitment(fromMcl(s1), fromMcl(a)), t2: commitment(lib.G1.Point.BASE, d) };
}
