import type { Fr, G1 } from 'mcl-wasm';
import { describe, expect, test } from 'vitest';
import {
  BBS_P1,
  challengeOf,
  challengeScalar,
  joinSchnorrProof,
  openingProofInput,
  splitBbsSignature,
} from '../../../apdu/index.js';
import {
  type ClaimedOpening,
  generateIssuerKeys,
  type JoinRecords,
  loadGroupVerifier,
  makeGroupOpener,
  type OpeningLogEntry,
  openingBinding,
  seededRng,
  sha256,
  verifyOpening,
} from '../../../host/index.js';
import {
  type BbsGroup,
  bbsGroup,
  bbsMember,
  bbsSign,
  honestClaim,
  point,
  proveClaim,
  scalar,
} from './bbs-fixture.js';
import { group, SIGNED } from './group-fixture.js';
import { compress, decompress, TORSION_3 } from './torsion.js';

const JUDGE = new Uint8Array(16).fill(0x6a);
const nonce = (counter = 1) => ({ rng: seededRng(9, 'opening'), counter });
const refused = (reason: string) => ({ ok: false, reason });

async function world(to: BbsGroup) {
  const cards = [await bbsMember(to, 1), await bbsMember(to, 2), await bbsMember(to, 3)] as const;
  const members = cards.map(({ joined }) => joined);
  const log: OpeningLogEntry[] = [];
  let lookups = 0;
  const opener = makeGroupOpener(to.verifier, {
    openingKey: to.keys.openingKey,
    register: {
      members: () => {
        throw new Error('nobody searches');
      },
      memberWith: (d) => {
        lookups++;
        return members.find(({ membershipKey }) => membershipKey.join() === d.join());
      },
    },
    log: { record: (entry) => void log.push(entry) },
  });
  const records: JoinRecords = {
    hasJoined: (id, d) => members.some((m) => m.doctorId === id && m.membershipKey.join() === d.join()),
  };
  return { to, cards, members, log, opener, records, lookups: () => lookups };
}
const onBls = await world(await bbsGroup('bls12381', 301));
const onBn = await world(await bbsGroup('bn254', 302));

function claimOf({ cards, members, opener }: typeof onBls, index: number): ClaimedOpening {
  const signed = { ...SIGNED, signature: bbsSign(cards[index]!, 50 + index) };
  const member = members[index]!;
  const proof = opener.prove({ signed, member, judgeNonce: JUDGE }, nonce(index))!;
  return { signed, ...member, judgeNonce: JUDGE, proof };
}

/** A prover that believes any secret, as a lying service would run it. */
function proveAnything(to: BbsGroup, opening: Omit<ClaimedOpening, 'proof'>, z: Fr): ClaimedOpening {
  const { curve, verifier, suite } = to;
  const { mcl, g1 } = curve;
  const k = scalar(to, 5, 'liar');
  const t1 = point(to, splitBbsSignature(suite, opening.signed.signature)!.points.t1);
  const commitments = [curve.encodeG1(mcl.mul(g1, k)), curve.encodeG1(mcl.mul(t1, k))];
  const input = openingProofInput(openingBinding(verifier, opening), commitments);
  const challenge = challengeOf(sha256(input));
  const response = mcl.add(k, mcl.mul(curve.scalar(challengeScalar(challenge)), z));
  return { ...opening, proof: joinSchnorrProof({ challenge, response: curve.encodeScalar(response) }) };
}

describe.each([
  ['BLS12-381', onBls],
  ['BN', onBn],
] as const)('opening on %s', (_, at) => {
  const { to, cards, members, opener, records } = at;

  test('finds each signer with one look-up, and logs', () => {
    for (const [i, card] of cards.entries()) {
      const [before, logged] = [at.lookups(), at.log.length];
      const signed = { ...SIGNED, signature: bbsSign(card, 10 + i) };
      expect(opener.open(signed)).toEqual({ ok: true, member: members[i], foundBy: 'key' });
      expect(at.lookups()).toBe(before + 1);
      expect(at.log.slice(logged)).toEqual([
        { epoch: 7, signatureHash: sha256(signed.signature), doctorId: members[i]!.doctorId },
      ]);
    }
    const bad = { ...SIGNED, signature: bbsSign(cards[0], 20).fill(0, 190, 220) };
    expect(opener.open(bad).ok).toBe(false);
    expect(at.log.at(-1)!.doctorId).toBeUndefined();
  });

  test('an outsider believes the right proof, and nothing beside it', () => {
    const opening = claimOf(at, 0);
    expect(opening.proof.length).toBe(63);
    expect(verifyOpening(to.verifier, opening, records)).toEqual({ ok: true });
    const other = claimOf(at, 1);
    const changes: Partial<ClaimedOpening>[] = [
      { judgeNonce: new Uint8Array(16) },
      { signed: { ...SIGNED, signature: bbsSign(cards[0], 21) } },
      { proof: other.proof },
      { membershipKey: members[1]!.membershipKey, doctorId: members[1]!.doctorId },
    ];
    for (const change of changes) {
      expect(verifyOpening(to.verifier, { ...opening, ...change }, records)).toEqual(refused('proof'));
    }
    for (let i = 0; i < 63; i += 5) {
      const proof = opening.proof.slice();
      proof[i]! ^= 1;
      expect(verifyOpening(to.verifier, { ...opening, proof }, records).ok).toBe(false);
    }
    for (const proof of [new Uint8Array(62), opening.proof.slice().fill(0xff, 31)]) {
      expect(verifyOpening(to.verifier, { ...opening, proof }, records)).toEqual(refused('proof-format'));
    }
  });

  test('a false opening: the service names another doctor and proves what it can', () => {
    const opening = claimOf(at, 0);
    const victim = members[1]!;
    const { signed } = opening;
    expect(opener.prove({ signed, member: victim, judgeNonce: JUDGE }, nonce(9))).toBeUndefined();
    const lie = { signed, ...victim, judgeNonce: JUDGE };
    for (const z of [to.curve.scalar(to.keys.openingKey), scalar(to, 6)]) {
      expect(verifyOpening(to.verifier, proveAnything(to, lie, z), records)).toEqual(refused('proof'));
    }
  });

  test('an opening to an unregistered or malformed D is void', () => {
    const opening = claimOf(at, 2);
    const stranger = { membershipKey: to.curve.encodeG1(to.curve.g1) };
    for (const change of [stranger, { doctorId: 'D-99' }, { membershipKey: new Uint8Array(3) }]) {
      expect(verifyOpening(to.verifier, { ...opening, ...change }, records)).toEqual(refused('unregistered'));
    }
  });

  test('an opening key of another epoch opens nothing', () => {
    const next = generateIssuerKeys(to.curve, to.suite, 8, seededRng(7));
    const ports = {
      openingKey: next.openingKey,
      register: { members: () => [], memberWith: () => undefined },
      log: { record: () => {} },
    };
    expect(() => makeGroupOpener(to.verifier, ports)).toThrow(RangeError);
    const verifier = loadGroupVerifier(to.curve, next.published);
    if (!verifier.ok) throw new Error(verifier.reason);
    const signed = { ...SIGNED, signature: bbsSign(cards[0], 30) };
    expect(makeGroupOpener(verifier.verifier, ports).open(signed)).toEqual(refused('challenge'));
  });
});

describe('framing, with γ and z and everything that NHI has', () => {
  const { to, members, opener, records, cards } = onBls;
  const { curve, keys, verifier } = to;
  const { mcl, g1 } = curve;
  const victim = members[0]!;
  const d = point(to, victim.membershipKey);
  const gamma = curve.scalar(keys.secretKey);
  const p1 = point(to, BBS_P1.bls12381.encoded);

  /** A ciphertext that opens to `point_`. */
  const encrypt = (point_: G1, tau: Fr) => ({
    t1: mcl.mul(g1, tau),
    t2: mcl.add(point_, mcl.mul(to.openingPoint, tau)),
  });

  test('a credential on the victim’s D without sk signs nothing', () => {
    const [e, rho, tau, sk] = [1, 2, 3, 4].map((i) => scalar(to, i, 'framing')) as [Fr, Fr, Fr, Fr];
    const a = mcl.mul(mcl.mul(mcl.add(p1, d), mcl.inv(mcl.add(gamma, e))), mcl.inv(rho));
    const points = { a, aBar: mcl.mul(a, gamma), ...encrypt(d, tau) };
    const signature = proveClaim(to, { ...points, rho, epsilon: mcl.mul(rho, e), sk, tau }, 31);
    expect(verifier.verify({ ...SIGNED, signature })).toEqual(refused('challenge'));
  });

  test('an invented member with the victim’s D in the ciphertext', () => {
    const claim = honestClaim(to, cards[1].parts, cards[1].key.secretKey, 32);
    const signature = proveClaim(to, { ...claim, ...encrypt(d, claim.tau) }, 32);
    expect(verifier.verify({ ...SIGNED, signature })).toEqual(refused('challenge'));
  });

  test('ρ = 0, which γ makes possible: it verifies, and opens to nobody', () => {
    const [epsilon, tau, sk] = [1, 2, 3].map((i) => scalar(to, i, 'rho 0')) as [Fr, Fr, Fr];
    const zero = mcl.sub(sk, sk);
    const invented = mcl.mul(g1, sk);
    const a = mcl.mul(mcl.add(p1, invented), mcl.inv(epsilon));
    const points = { a, aBar: mcl.mul(a, gamma), ...encrypt(invented, tau) };
    const signed = {
      ...SIGNED,
      signature: proveClaim(to, { ...points, rho: zero, epsilon, sk, tau }, 33),
    };
    expect(verifier.verify(signed)).toEqual({ ok: true });
    expect(opener.open(signed)).toEqual(refused('unknown-signer'));
    // nor does the same trick reach the victim: sk of D is what the relation asks for
    const framed = proveClaim(to, { ...points, ...encrypt(d, tau), rho: zero, epsilon, sk, tau }, 34);
    expect(verifier.verify({ ...SIGNED, signature: framed })).toEqual(refused('challenge'));
    const lie = { signed, ...victim, judgeNonce: JUDGE };
    const z = curve.scalar(keys.openingKey);
    expect(verifyOpening(verifier, proveAnything(to, lie, z), records)).toEqual(refused('proof'));
  });

  test('why the proof is not homogeneous: r·T2 = δ·g + η·Z with δ = r·sk is true for any T2 when r = 0', () => {
    // The relations Ā = r·P1 + δ·g − e·A', r·T1 = η·g and r·T2 = δ·g + η·Z have as many secrets and one
    // multiplication less; r = δ = η = 0 and e = −γ satisfy all three, whatever the ciphertext holds.
    const a = mcl.mul(g1, scalar(to, 8, 'any'));
    const aBar = mcl.mul(a, gamma);
    const { t1, t2 } = encrypt(d, scalar(to, 9, 'tau'));
    const [r, delta, eta, e] = [new mcl.Fr(), new mcl.Fr(), new mcl.Fr(), mcl.neg(gamma)];
    const { add, sub, mul } = mcl;
    expect(sub(add(mul(p1, r), mul(g1, delta)), mul(a, e)).isEqual(aBar)).toBe(true);
    expect(mul(t1, r).isEqual(mul(g1, eta))).toBe(true);
    expect(mul(t2, r).isEqual(add(mul(g1, delta), mul(to.openingPoint, eta)))).toBe(true);
    // and what such a signature decrypts to is the victim
    expect(sub(t2, mul(t1, curve.scalar(keys.openingKey))).isEqual(d)).toBe(true);
  });
});

describe('who recognises a signature', () => {
  test('whoever has the card’s sk and credential does not: full anonymity, where PS-G1 gives the signer away', () => {
    const { to, cards } = onBls;
    const { curve, verifier } = to;
    const { mcl, g1 } = curve;
    const card = cards[0];
    const { t1, t2, a, aBar } = splitBbsSignature(to.suite, bbsSign(card, 70))!.points;
    const sk = curve.scalar(card.key.secretKey);
    // every equation between the public points and sk, e, A that an honest signature of another card fails too
    const d = mcl.mul(g1, sk);
    expect(mcl.sub(point(to, t2), d).isEqual(point(to, t1))).toBe(false);
    expect(mcl.mul(point(to, a), sk).isEqual(point(to, aBar))).toBe(false);
    // Ā = γ·A' holds for every member alike, so the pair names none
    const foreign = splitBbsSignature(to.suite, bbsSign(cards[1], 70))!.points;
    for (const points of [
      { a, aBar },
      { a: foreign.a, aBar: foreign.aBar },
    ]) {
      expect(verifier.equationHolds([point(to, points.a), point(to, points.aBar)])).toBe(true);
    }
  });
});

test('an opening of another suite, or to a D with torsion, is void', async () => {
  const ps = await group('bls12381', 303);
  const opening = claimOf(onBls, 0);
  expect(verifyOpening(ps.verifier, opening, onBls.records)).toEqual(refused('length'));
  const torsion = compress(decompress(opening.membershipKey).add(TORSION_3));
  expect(verifyOpening(onBls.to.verifier, { ...opening, membershipKey: torsion }, onBls.records)).toEqual(
    refused('unregistered'),
  );
});
