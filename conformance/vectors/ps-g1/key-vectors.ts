/** Vectors of PS-G1 up to a stored credential: keys, key loading, join, issue, credential, hint key, shares. */

import { concatBytes, uintToBytes } from '../../../apdu/index.js';
import type { Vector } from '../vector-file.js';
import { fromBytes, scalarBytes } from './definition.js';
import { replaced } from './spoiled.js';
import { EPOCH, type Member, type World } from './world.js';

export function keyVectors(world: World): readonly Vector[] {
  return [...groupKeys(world), ...joins(world), ...credentials(world), ...openingRegister(world)];
}

function groupKeys({ ps, bad, keys, foreign, otherSuite }: World): Vector[] {
  const { publicKey, proof } = keys;
  const n = ps.encodeG2(ps.g2).length;
  const load = (
    id: string,
    comment: string,
    result: string,
    change: { publicKey?: Uint8Array; proof?: Uint8Array },
  ) => ({
    kind: 'load-group-key',
    id,
    comment,
    epoch: EPOCH,
    publicKey,
    proof,
    ...change,
    result,
  });
  const point = (index: number, bytes: Uint8Array) => ({
    publicKey: replaced(publicKey, 1 + index * n, bytes),
  });
  const [x, y] = ['X~', 'Y~'];
  const order = scalarBytes(ps.r);
  return [
    {
      kind: 'generate-group-key',
      id: 'group-key',
      comment: 'random: 48 bytes for x, 48 for y, 32 for each nonce of the proof, 32 for MK_hint',
      random: keys.random,
      epoch: EPOCH,
      secretKey: concatBytes(...keys.secret.map(scalarBytes)),
      openingKey: keys.openingKey,
      proofNonces: keys.nonces.map(scalarBytes),
      publicKey,
      groupKeyHash: keys.keyHash,
      proof,
      result: 'ok',
    },
    load('load-key', 'the group key of all other vectors', 'ok', {}),
    load('load-key-other', 'another group', 'ok', { publicKey: foreign.publicKey, proof: foreign.proof }),
    load('load-key-empty', 'no byte', 'format', { publicKey: new Uint8Array(0) }),
    load('load-key-short', 'one byte short', 'format', { publicKey: publicKey.subarray(0, -1) }),
    load('load-key-long', 'one byte long', 'format', { publicKey: concatBytes(publicKey, Uint8Array.of(0)) }),
    load('load-key-unknown-suite', 'suite 255', 'format', {
      publicKey: replaced(publicKey, 0, Uint8Array.of(255)),
    }),
    load(
      'load-key-generator',
      'another generator than the standard one',
      'format',
      point(0, publicKey.subarray(1 + n, 1 + 2 * n)),
    ),
    load('load-key-suite', 'the key of a group on the other curve', 'suite', {
      publicKey: otherSuite.publicKey,
      proof: otherSuite.proof,
    }),
    ...[x, y].flatMap((name, i) => [
      load(`load-key-${i}-off`, `${name} is no point`, 'encoding', point(i + 1, bad.g2Garbage)),
      load(`load-key-${i}-infinity`, `${name} is O`, bad.g2InfinityReason, point(i + 1, bad.g2Infinity)),
      load(
        `load-key-${i}-subgroup`,
        `${name} is outside the subgroup`,
        'subgroup',
        point(i + 1, ps.outsideG2()),
      ),
    ]),
    load('load-key-swapped', 'X~ and Y~ swapped', 'proof', {
      publicKey: concatBytes(
        publicKey.subarray(0, 1 + n),
        publicKey.subarray(1 + 2 * n),
        publicKey.subarray(1 + n, 1 + 2 * n),
      ),
    }),
    load('load-key-proof-other', "another key's proof", 'proof', { proof: foreign.proof }),
    load('load-key-proof-short', 'proof one byte short', 'proof', { proof: proof.subarray(0, -1) }),
    load('load-key-proof-challenge', 'one bit of the challenge', 'proof', { proof: flipped(proof, 0) }),
    load('load-key-proof-range', 'z_x is the order', 'proof', { proof: replaced(proof, 31, order) }),
    load('load-key-proof-zero', 'a proof of zeros', 'proof', { proof: new Uint8Array(95) }),
  ];
}

function joins({ ps, bad, keys, members: [one, two] }: World): Vector[] {
  const secretKey = concatBytes(...keys.secret.map(scalarBytes));
  const issue = (
    id: string,
    comment: string,
    result: string,
    change: Record<string, unknown>,
    member: Member = one,
  ) => ({
    kind: 'issue',
    id,
    comment,
    secretKey,
    publicKey: keys.publicKey,
    keyProof: keys.proof,
    epoch: EPOCH,
    random: member.issueRandom,
    counter: member.issueCounter,
    nonce: member.nonce,
    doctorId: member.doctorId,
    membershipKey: member.d,
    proof: member.proof,
    joined: [] as Uint8Array[],
    claimed: [] as Uint8Array[],
    ...change,
    result,
  });
  const made = (member: Member) => ({
    u: scalarBytes(member.u),
    proofNonce: scalarBytes(member.uNonce),
    credential: member.credential,
  });
  const request = (member: Member, i: number) => ({
    kind: 'join',
    id: `join-${i}`,
    comment: 'random: 48 bytes for sk, 32 for the nonce of the proof; counter 1',
    random: member.joinRandom,
    counter: 1,
    nonce: member.nonce,
    doctorId: member.doctorId,
    groupKeyHash: keys.keyHash,
    secretKey: scalarBytes(member.sk),
    proofNonce: scalarBytes(member.joinNonce),
    membershipKey: member.d,
    proof: member.proof,
    result: 'ok',
  });
  const d = (bytes: Uint8Array) => ({ membershipKey: bytes });
  const s = fromBytes(one.proof.subarray(31));
  return [
    request(one, 1),
    request(two, 2),
    issue('issue-1', 'random: 32 bytes for u, 32 for the nonce of its proof', 'ok', made(one), one),
    issue('issue-2', 'a second member', 'ok', { ...made(two), joined: [one.d], claimed: [one.sigma1] }, two),
    issue('issue-d-off', 'D is no point', 'encoding', d(bad.garbage)),
    issue('issue-d-short', 'D is one byte short', 'encoding', d(one.d.subarray(0, -1))),
    issue('issue-d-infinity', 'D is O', bad.infinityReason, d(bad.infinity)),
    ...bad.torsion.flatMap(({ name, point, added }) => [
      issue(`issue-d-${name}`, `D is of ${name}`, 'subgroup', d(point)),
      issue(`issue-d-plus-${name}`, `D has torsion of ${name}`, 'subgroup', d(added(one.d))),
    ]),
    issue('issue-other-d', "another member's D", 'proof', d(two.d)),
    issue('issue-nonce', 'a nonce that the proof is not bound to', 'proof', { nonce: two.nonce }),
    issue('issue-name', 'a name that the proof is not bound to', 'proof', { doctorId: 'D-3' }),
    issue('issue-proof-short', 'the proof one byte short', 'proof', { proof: one.proof.subarray(1) }),
    issue('issue-proof-challenge', 'one bit of the challenge', 'proof', { proof: flipped(one.proof, 30) }),
    ...(s + ps.r < 1n << 256n
      ? [
          issue('issue-proof-range', 'z + r in place of z', 'proof', {
            proof: replaced(one.proof, 31, scalarBytes(s + ps.r)),
          }),
        ]
      : []),
    issue('issue-known', 'D stands in an earlier join', 'known-member', { joined: [two.d, one.d] }),
    issue(
      'issue-reused',
      'random numbers and counter of an earlier issue: σ1 was issued before',
      'reused-randomness',
      {
        claimed: [one.sigma1],
      },
    ),
  ];
}

function credentials({ ps, bad, keys, members: [one, two] }: World): Vector[] {
  const n = one.sigma1.length;
  const accept = (id: string, comment: string, result: string, change: Record<string, unknown>) => ({
    kind: 'accept-credential',
    id,
    comment,
    freshness: one.nonce,
    groupKeyHash: keys.keyHash,
    membershipKey: one.d,
    credential: one.credential,
    ...change,
    result,
  });
  const with1 = (bytes: Uint8Array) => ({ credential: replaced(one.credential, 0, bytes) });
  const with2 = (bytes: Uint8Array) => ({ credential: replaced(one.credential, n, bytes) });
  const reissue = (() => {
    const binding = { freshness: uintToBytes(EPOCH + 1, 4), keyHash: keys.keyHash };
    return {
      freshness: binding.freshness,
      credential: ps.credential(keys.secret, one.d, one.u, one.uNonce, binding),
    };
  })();
  return [
    accept('credential', 'the credential of issue-1', 'ok', {}),
    accept('credential-reissue', 'bound to an epoch in place of a nonce, as in a re-issue', 'ok', reissue),
    accept('credential-short', 'one byte short', 'length', { credential: one.credential.subarray(1) }),
    accept('credential-long', 'one byte long', 'length', {
      credential: concatBytes(one.credential, Uint8Array.of(0)),
    }),
    ...(
      [
        ['1', with1, one.sigma1],
        ['2', with2, one.sigma2],
      ] as const
    ).flatMap(([index, change, sigma]) => [
      accept(`credential-${index}-off`, `σ${index} is no point`, 'encoding', change(bad.garbage)),
      accept(`credential-${index}-infinity`, `σ${index} is O`, 'encoding', change(bad.infinity)),
      ...bad.torsion.flatMap(({ name, point, added }) => [
        accept(`credential-${index}-${name}`, `σ${index} is of ${name}`, 'subgroup', change(point)),
        accept(
          `credential-${index}-plus-${name}`,
          `σ${index} has torsion of ${name}`,
          'subgroup',
          change(added(sigma)),
        ),
      ]),
    ]),
    accept('credential-nonce', 'a nonce that the proof is not bound to', 'proof', { freshness: two.nonce }),
    accept('credential-d', "another member's D", 'proof', { membershipKey: two.d }),
    accept('credential-key', 'another group key', 'proof', { groupKeyHash: new Uint8Array(32) }),
    accept('credential-other-2', "σ2 of another member's credential", 'proof', with2(two.sigma2)),
    accept('credential-proof', 'one bit of the proof', 'proof', {
      credential: flipped(one.credential, 2 * n + 40),
    }),
    accept('credential-proof-range', 'z is the order', 'proof', {
      credential: replaced(one.credential, 2 * n + 31, scalarBytes(ps.r)),
    }),
  ];
}

function openingRegister({ ps, bad, keys, rng, members: [one, two] }: World): Vector[] {
  const random = rng.bytes(32);
  const b = ps.cardNonce(one.sk, random, 'open-split', 4, 0);
  const a = ps.mod(one.sk - b);
  const share = (k: bigint) => ps.encodeG2(ps.base2(k));
  const shares = [share(b), share(a)];
  const combine = (id: string, comment: string, result: string, change: Record<string, unknown>) => ({
    kind: 'combine-shares',
    id,
    comment,
    membershipKey: one.d,
    shares,
    ...change,
    result,
  });
  return [
    {
      kind: 'hint-key',
      id: 'hint-key',
      comment: 'K_i of the first member',
      masterKey: keys.openingKey,
      epoch: EPOCH,
      doctorId: one.doctorId,
      cardSerial: one.serial,
      joinCounter: 1,
      hintKey: one.hintKey,
      result: 'ok',
    },
    {
      kind: 'split',
      id: 'split',
      comment: 'sk = a + b; b is drawn',
      random,
      counter: 4,
      secretKey: scalarBytes(one.sk),
      a: scalarBytes(a),
      b: scalarBytes(b),
      shares,
      result: 'ok',
    },
    combine('shares', 'T~ of the first member', 'ok', { openingKey: one.openingKey }),
    combine('shares-twice', 'one share twice', 'mismatch', { shares: [shares[0], shares[0]] }),
    combine('shares-other', "another member's D", 'mismatch', { membershipKey: two.d }),
    combine('shares-opposite', 'a share and its opposite', 'mismatch', {
      shares: [share(b), share(ps.mod(-b))],
    }),
    combine('shares-off', 'a share that is no point', 'encoding', { shares: [bad.g2Garbage, shares[1]] }),
    combine('shares-infinity', 'a share that is O', bad.g2InfinityReason, {
      shares: [shares[0], bad.g2Infinity],
    }),
    combine('shares-subgroup', 'a share outside the subgroup', 'subgroup', {
      shares: [shares[0], ps.outsideG2()],
    }),
    combine('shares-d-off', 'D is no point', 'encoding', { membershipKey: bad.garbage }),
  ];
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return replaced(bytes, at, Uint8Array.of(bytes[at]! ^ 1));
}
