/** Vectors of BBS openings: who signed, the proof of it, and what an outsider makes of it. */

import { utf8ToBytes } from '../../../apdu/index.js';
import { epochBytes, scalarBytes } from '../ps-g1/definition.js';
import { replaced, spoiled } from '../ps-g1/spoiled.js';
import { DOMAIN, EPOCH, STATEMENT } from '../ps-g1/world.js';
import type { Vector } from '../vector-file.js';
import { bbsGroupFields } from './signature-vectors.js';
import type { BbsWorld, Made, Member } from './world.js';

const JUDGE = new Uint8Array(16).fill(0x6a);

export function bbsOpeningVectors(world: BbsWorld): readonly Vector[] {
  return [...openings(world), ...proofs(world)];
}

function openings(world: BbsWorld): Vector[] {
  const { keys, members, signature, second } = world;
  const register = members.map(({ doctorId, d }) => ({ doctorId, membershipKey: d }));
  const open = (id: string, comment: string, result: string, change: Record<string, unknown>) => ({
    kind: 'bbs-open',
    id,
    comment,
    ...bbsGroupFields(world),
    secret: scalarBytes(keys.z),
    domain: DOMAIN,
    statement: STATEMENT,
    signature: signature.signature,
    members: register,
    ...change,
    result,
  });
  const found = (signer: string) => ({ signer, foundBy: 'key' });
  return [
    open('open-1', 'the signature of sign-1', 'ok', found(members[0].doctorId)),
    open('open-2', 'the signature of sign-2', 'ok', {
      signature: second.signature,
      ...found(members[1].doctorId),
    }),
    open('open-unknown', 'the signer is not in the register', 'unknown-signer', {
      members: register.slice(1),
    }),
    open('open-statement', 'a signature that does not hold', 'challenge', {
      statement: utf8ToBytes('another'),
    }),
    open('open-short', 'a short signature', 'length', { signature: signature.signature.subarray(1) }),
  ];
}

function proofs(world: BbsWorld): Vector[] {
  const { bbs, keys, foreign, rng, members, signature, second } = world;
  const [one, two] = members;
  const bad = spoiled(bbs.math);
  const binding = (made: Made, member: Member) => [
    JUDGE,
    keys.keyHash,
    epochBytes(EPOCH),
    utf8ToBytes(DOMAIN),
    STATEMENT,
    made.signature,
    utf8ToBytes(member.doctorId),
    member.d,
  ];
  const random = rng.bytes(32);
  const nonce = bbs.math.serviceNonce(scalarBytes(keys.z), random, 'open', 1);
  const [, , t1] = signature.parts.points;
  const prove = (z: bigint, member: Member, k = 47n) =>
    bbs.openingProof(z, k, t1!, binding(signature, member));
  const good = prove(keys.z, one, nonce);
  const joins = members.map(({ doctorId, d }) => ({ doctorId, membershipKey: d }));
  const claim = { doctorId: one.doctorId, membershipKey: one.d };
  const head = {
    ...bbsGroupFields(world),
    domain: DOMAIN,
    statement: STATEMENT,
    signature: signature.signature,
    judgeNonce: JUDGE,
  };
  const judge = (id: string, comment: string, result: string, change: Record<string, unknown>) => ({
    kind: 'verify-opening',
    id,
    comment,
    ...head,
    ...claim,
    joins,
    proof: good,
    ...change,
    result,
  });
  const victim = { doctorId: two.doctorId, membershipKey: two.d };
  return [
    {
      kind: 'bbs-prove-opening',
      id: 'proof',
      comment: 'random: 32 bytes for the nonce, key z, counter 1',
      ...head,
      ...claim,
      secret: scalarBytes(keys.z),
      random,
      counter: 1,
      proofNonce: scalarBytes(nonce),
      proof: good,
      result: 'ok',
    },
    judge('judge', 'the proof of an opening', 'ok', {}),
    judge('judge-nonce', "another judge's nonce", 'proof', { judgeNonce: new Uint8Array(16) }),
    judge('judge-signature', "another member's signature", 'proof', { signature: second.signature }),
    judge('judge-statement', 'a signature that does not hold', 'challenge', {
      statement: utf8ToBytes('another'),
    }),
    judge('judge-short-signature', 'a short signature', 'length', {
      signature: signature.signature.subarray(1),
    }),
    judge('judge-false', 'a false opening, proven with the right z', 'proof', {
      ...victim,
      proof: prove(keys.z, two),
    }),
    judge('judge-false-z', 'a false opening, proven with another z', 'proof', {
      ...victim,
      proof: prove(foreign.z, two),
    }),
    judge('judge-name', 'the right key under another name', 'unregistered', { doctorId: two.doctorId }),
    judge('judge-unregistered', 'a key that never joined', 'unregistered', { joins: joins.slice(1) }),
    judge('judge-d-off', 'D is no point', 'unregistered', { membershipKey: bad.garbage }),
    judge('judge-short', 'the proof one byte short', 'proof-format', { proof: good.subarray(1) }),
    judge('judge-range', 'the response is the order', 'proof-format', {
      proof: replaced(good, 31, scalarBytes(bbs.math.r)),
    }),
    judge('judge-challenge', 'one bit of the challenge', 'proof', {
      proof: replaced(good, 0, Uint8Array.of(good[0]! ^ 1)),
    }),
  ];
}
