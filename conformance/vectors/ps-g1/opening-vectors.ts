/** Vectors of PS-G1 openings: who signed, the proof, and its verification by a judge. */

import { utf8ToBytes } from '../../../apdu/index.js';
import type { Vector } from '../vector-file.js';
import { epochBytes, joinSignature, scalarBytes } from './definition.js';
import { replaced } from './spoiled.js';
import { DOMAIN, EPOCH, type Member, SIGNED, STATEMENT, type World } from './world.js';

export function openingVectors(world: World): readonly Vector[] {
  return [...openings(world), ...proofs(world)];
}

function group({ keys }: World) {
  return { epoch: EPOCH, publicKey: keys.publicKey, keyProof: keys.proof };
}

function openings(world: World): Vector[] {
  const { ps, keys, members, signature, second } = world;
  const [one, two] = members;
  const register = members.map(({ doctorId, d, openingKey, hintKey }) => ({
    doctorId,
    membershipKey: d,
    openingKey,
    hintKey,
  }));
  const open = (id: string, comment: string, result: string, change: Record<string, unknown>) => ({
    kind: 'open',
    id,
    comment,
    ...group(world),
    domain: DOMAIN,
    statement: STATEMENT,
    signature: signature.signature,
    members: register,
    ...change,
    result,
  });
  const nonces = { t: 41n, k: 43n };
  const lying = (hintKey: Uint8Array) => ({
    signature: joinSignature(ps.sign({ ...one, hintKey }, nonces, keys.keyHash, SIGNED)),
    signer: 'D-1',
    foundBy: 'scan',
  });
  return [
    open('open-1', 'found by the hint', 'ok', { signer: 'D-1', foundBy: 'hint' }),
    open('open-2', 'the second member', 'ok', {
      signature: second.signature,
      signer: 'D-2',
      foundBy: 'hint',
    }),
    open('open-no-hint', "a hint that is nobody's", 'ok', lying(new Uint8Array(32))),
    open('open-lying-hint', "a colleague's hint", 'ok', lying(two.hintKey)),
    open('open-unknown', 'a signer outside the register', 'unknown-signer', { members: register.slice(1) }),
    open('open-statement', 'a signature on another statement', 'equation', {
      statement: utf8ToBytes('another'),
    }),
    open('open-short', 'a short signature', 'length', { signature: signature.signature.subarray(1) }),
  ];
}

const JUDGE = new Uint8Array(16).fill(0x6a);

function proofs(world: World): Vector[] {
  const { ps, bad, keys, rng, members, signature, second } = world;
  const [one, two] = members;
  const binding = (signed: typeof signature, member: Pick<Member, 'doctorId' | 'd'>, judgeNonce = JUDGE) => [
    judgeNonce,
    keys.keyHash,
    epochBytes(EPOCH),
    utf8ToBytes(DOMAIN),
    STATEMENT,
    signed.signature,
    utf8ToBytes(member.doctorId),
    member.d,
  ];
  const random = rng.bytes(32);
  const r = ps.serviceNonce(one.openingKey, random, 'open', 1);
  const good = ps.openingProof(one.sk, r, signature.parts.s1, binding(signature, one));
  const joins = members.map(({ doctorId, d }) => ({ doctorId, membershipKey: d }));
  const claim = { doctorId: one.doctorId, membershipKey: one.d };
  const head = {
    ...group(world),
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
    proof: good.proof,
    ...change,
    result,
  });
  /** What a service proves that takes sk for the key of `member`. */
  const claimed = (member: Member, sk: bigint) => ({
    doctorId: member.doctorId,
    membershipKey: member.d,
    proof: ps.openingProof(sk, 47n, signature.parts.s1, binding(signature, member)).proof,
  });
  return [
    {
      kind: 'prove-opening',
      id: 'proof',
      comment: 'random: 32 bytes for the nonce, key T~, counter 1',
      ...head,
      ...claim,
      openingKey: one.openingKey,
      hintKey: one.hintKey,
      random,
      counter: 1,
      proofNonce: scalarBytes(r),
      t1: good.t1,
      t2: good.t2,
      proof: good.proof,
      result: 'ok',
    },
    judge('judge', 'the proof of an opening', 'ok', {}),
    judge('judge-nonce', "another judge's nonce", 'proof', { judgeNonce: new Uint8Array(16) }),
    judge('judge-signature', "another member's signature", 'proof', { signature: second.signature }),
    judge('judge-statement', 'a signature that does not hold', 'equation', {
      statement: utf8ToBytes('another'),
    }),
    judge('judge-domain', 'a signature for another equation', 'equation', { domain: 'IMIS-v1/gs/eq7' }),
    judge('judge-short-signature', 'a short signature', 'length', {
      signature: signature.signature.subarray(1),
    }),
    judge('judge-false-own', "a false opening with the victim's T~", 'proof', claimed(two, two.sk)),
    judge('judge-false-signer', "a false opening with the signer's T~", 'proof', claimed(two, one.sk)),
    judge(
      'judge-false-sum',
      'a false opening with the sum of both',
      'proof',
      claimed(two, ps.mod(one.sk + two.sk)),
    ),
    judge('judge-name', 'the right key under another name', 'unregistered', { doctorId: two.doctorId }),
    judge('judge-unregistered', 'a key that never joined', 'unregistered', { joins: joins.slice(1) }),
    judge('judge-d-off', 'D is no point', 'unregistered', { membershipKey: bad.garbage }),
    judge('judge-short', 'the proof one byte short', 'proof-format', { proof: good.proof.subarray(1) }),
    judge('judge-off', 'S~ is no point', 'proof-format', { proof: replaced(good.proof, 31, bad.g2Garbage) }),
    judge('judge-infinity', 'S~ is O', 'proof-format', { proof: replaced(good.proof, 31, bad.g2Infinity) }),
    judge('judge-subgroup', 'S~ is outside the subgroup', 'proof-format', {
      proof: replaced(good.proof, 31, ps.outsideG2()),
    }),
    judge('judge-challenge', 'one bit of the challenge', 'proof', {
      proof: replaced(good.proof, 0, Uint8Array.of(good.proof[0]! ^ 1)),
    }),
  ];
}
