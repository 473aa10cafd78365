/** Vectors of BBS up to a stored credential: keys, key loading, join, issue, credential. */

import { concatBytes, uintToBytes } from '../../../apdu/index.js';
import { fromBytes, scalarBytes } from '../ps-g1/definition.js';
import { replaced, spoiled } from '../ps-g1/spoiled.js';
import { EPOCH } from '../ps-g1/world.js';
import type { Vector } from '../vector-file.js';
import type { BbsWorld, Member } from './world.js';

export function bbsKeyVectors(world: BbsWorld): readonly Vector[] {
  return [...groupKeys(world), ...joins(world), ...credentials(world)];
}

/** Where W, V and Z stand in a public key. */
function offsets({ bbs: { math } }: BbsWorld) {
  const n2 = math.encodeG2(math.g2).length;
  const n1 = math.base(1n).length;
  return { w: 1 + n2, v: 1 + 2 * n2, z: 1 + 2 * n2 + n1 };
}

function groupKeys(world: BbsWorld): Vector[] {
  const { bbs, keys, foreign, otherSuite } = world;
  const { publicKey, proof } = keys;
  const at = offsets(world);
  const bad = spoiled(bbs.math);
  const load = (
    id: string,
    comment: string,
    result: string,
    change: { publicKey?: Uint8Array; proof?: Uint8Array },
  ) => ({ kind: 'load-group-key', id, comment, epoch: EPOCH, publicKey, proof, ...change, result });
  const point = (offset: number, bytes: Uint8Array) => ({ publicKey: replaced(publicKey, offset, bytes) });
  const g1Points = [
    ['v', 'V', at.v],
    ['z', 'Z', at.z],
  ] as const;
  return [
    {
      kind: 'generate-group-key',
      id: 'group-key',
      comment: 'random: 48 bytes for gamma, 48 for z, 32 for the nonce of each proof',
      random: keys.random,
      epoch: EPOCH,
      secretKey: scalarBytes(keys.gamma),
      openingKey: scalarBytes(keys.z),
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
      point(1, publicKey.subarray(at.w, at.v)),
    ),
    load('load-key-suite', 'the key of a group on the other curve', 'suite', {
      publicKey: otherSuite.publicKey,
      proof: otherSuite.proof,
    }),
    load('load-key-w-off', 'W is no point', 'encoding', point(at.w, bad.g2Garbage)),
    load('load-key-w-infinity', 'W is O', bad.g2InfinityReason, point(at.w, bad.g2Infinity)),
    load('load-key-w-subgroup', 'W is outside the subgroup', 'subgroup', point(at.w, bbs.math.outsideG2())),
    load(
      'load-key-w-other',
      'W of another group: not the gamma of V',
      'proof',
      point(at.w, foreign.publicKey.subarray(at.w, at.v)),
    ),
    ...g1Points.flatMap(([id, name, offset]) => {
      const own = publicKey.subarray(offset, offset + bad.garbage.length);
      const others = foreign.publicKey.subarray(offset, offset + bad.garbage.length);
      return [
        load(`load-key-${id}-off`, `${name} is no point`, 'encoding', point(offset, bad.garbage)),
        load(`load-key-${id}-infinity`, `${name} is O`, bad.infinityReason, point(offset, bad.infinity)),
        ...bad.torsion.map(({ name: order, added }) =>
          load(
            `load-key-${id}-plus-${order}`,
            `${name} has torsion of ${order}`,
            'subgroup',
            point(offset, added(own)),
          ),
        ),
        load(`load-key-${id}-other`, `${name} of another group`, 'proof', point(offset, others)),
      ];
    }),
    load('load-key-proof-other', "another key's proofs", 'proof', { proof: foreign.proof }),
    load('load-key-proof-short', 'proofs one byte short', 'proof', { proof: proof.subarray(0, -1) }),
    load('load-key-proof-swapped', 'the two proofs swapped', 'proof', {
      proof: concatBytes(proof.subarray(63), proof.subarray(0, 63)),
    }),
    load('load-key-proof-range', 'a response is the order', 'proof', {
      proof: replaced(proof, 31, scalarBytes(bbs.math.r)),
    }),
    load('load-key-proof-zero', 'proofs of zeros', 'proof', { proof: new Uint8Array(126) }),
  ];
}

function joins({ bbs, keys, members: [one, two] }: BbsWorld): Vector[] {
  const bad = spoiled(bbs.math);
  const { r } = bbs.math;
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
    secretKey: scalarBytes(keys.gamma),
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
    e: scalarBytes(member.e),
    proofNonce: scalarBytes(member.eNonce),
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
    issue('issue-1', 'random: 32 bytes for e, 32 for the nonce of the proof', 'ok', made(one), one),
    issue(
      'issue-2',
      'a second member',
      'ok',
      { ...made(two), joined: [one.d], claimed: [scalarBytes(one.e)] },
      two,
    ),
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
    ...(s + r < 1n << 256n
      ? [
          issue('issue-proof-range', 'z + r in place of z', 'proof', {
            proof: replaced(one.proof, 31, scalarBytes(s + r)),
          }),
        ]
      : []),
    issue('issue-known', 'D stands in an earlier join', 'known-member', { joined: [two.d, one.d] }),
    issue(
      'issue-reused',
      'random numbers and counter of an earlier issue: e was used before',
      'reused-randomness',
      { claimed: [scalarBytes(one.e)] },
    ),
  ];
}

function credentials(world: BbsWorld): Vector[] {
  const { bbs, keys, members } = world;
  const [one, two] = members;
  const bad = spoiled(bbs.math);
  const n = one.a.length;
  const at = offsets(world);
  const keyAt = n + 32 + 63;
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
  const with_ = (offset: number, bytes: Uint8Array) => ({
    credential: replaced(one.credential, offset, bytes),
  });
  const binding = { freshness: uintToBytes(EPOCH + 1, 4), d: one.d };
  const mark = 0x6d61726bn;
  const marked = { a: bbs.credentialPoint(mark, one.d, one.e), e: one.e };
  const owner = { freshness: one.nonce, d: one.d };
  return [
    accept('credential', 'the credential of issue-1', 'ok', {}),
    accept('credential-reissue', 'bound to an epoch in place of a nonce, as in a re-issue', 'ok', {
      freshness: binding.freshness,
      credential: bbs.credential(keys, one, binding, one.eNonce),
    }),
    accept('credential-short', 'one byte short', 'length', { credential: one.credential.subarray(1) }),
    accept('credential-long', 'one byte long', 'length', {
      credential: concatBytes(one.credential, Uint8Array.of(0)),
    }),
    accept('credential-off', 'A is no point', 'encoding', with_(0, bad.garbage)),
    accept('credential-infinity', 'A is O', 'encoding', with_(0, bad.infinity)),
    ...bad.torsion.flatMap(({ name, point, added }) => [
      accept(`credential-${name}`, `A is of ${name}`, 'subgroup', with_(0, point)),
      accept(`credential-plus-${name}`, `A has torsion of ${name}`, 'subgroup', with_(0, added(one.a))),
    ]),
    accept('credential-e-range', 'e is the order', 'encoding', with_(n, scalarBytes(bbs.math.r))),
    accept('credential-e-zero', 'e is 0', 'proof', with_(n, new Uint8Array(32))),
    accept('credential-other-a', "A of another member's credential", 'proof', with_(0, two.a)),
    accept('credential-nonce', 'a nonce that the proof is not bound to', 'proof', { freshness: two.nonce }),
    accept('credential-d', "another member's D", 'proof', { membershipKey: two.d }),
    accept(
      'credential-proof',
      'one bit of the proof',
      'proof',
      with_(n + 40, Uint8Array.of(one.credential[n + 40]! ^ 1)),
    ),
    accept(
      'credential-proof-range',
      'a response is the order',
      'proof',
      with_(n + 32 + 31, scalarBytes(bbs.math.r)),
    ),
    accept('credential-marked', "a gamma of the card's own, proven with it", 'proof', {
      credential: bbs.credential(keys, marked, owner, 99n, mark),
    }),
    accept('credential-marked-right', "a gamma of the card's own, proven with the right one", 'proof', {
      credential: bbs.credential(keys, marked, owner, 99n),
    }),
    accept('credential-key', 'another group key', 'group-key', { groupKeyHash: new Uint8Array(32) }),
    accept('credential-own-z', "an opening key of the card's own", 'group-key', {
      credential: replaced(one.credential, keyAt + at.z - at.w, bbs.base(5n)),
    }),
  ];
}
