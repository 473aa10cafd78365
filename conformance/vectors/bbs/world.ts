/** The BBS group that the vectors of one curve speak of: keys, two members, their signatures; all from a seed. */

import { type CurveName, concatBytes } from '../../../apdu/index.js';
import { SeededRandom } from '../../issuer/seeded-random.js';
import { fromBytes, type Signed, scalarBytes } from '../ps-g1/definition.js';
import { EPOCH, SIGNED } from '../ps-g1/world.js';
import { Bbs, joinBbs } from './definition.js';

const SEED = 716;

/** The keys of an epoch: 48 bytes each for γ and z, 32 for the nonce of each proof. */
function drawKeys(bbs: Bbs, random: Uint8Array) {
  const { math } = bbs;
  const [gamma, z] = [math.wide(random.subarray(0, 48)), math.wide(random.subarray(48, 96))];
  const keys = bbs.publicKey(gamma, z);
  const nonces = [
    math.serviceNonce(scalarBytes(gamma), random.subarray(96, 128), 'bbs-issuing-key', EPOCH),
    math.serviceNonce(scalarBytes(z), random.subarray(128, 160), 'bbs-opening-key', EPOCH),
  ];
  return { ...keys, random, nonces, proof: bbs.keyProof(keys, nonces) };
}

export type Keys = ReturnType<typeof drawKeys>;

function joinMember(bbs: Bbs, keys: Keys, rng: SeededRandom, number: number) {
  const { math } = bbs;
  const doctorId = `D-${number}`;
  const nonce = rng.bytes(16);
  const joinRandom = rng.bytes(80);
  const sk = math.mod(fromBytes(joinRandom.subarray(0, 48)));
  const joinNonce = math.cardNonce(sk, joinRandom.subarray(48), 'join', 1, 0);
  const d = bbs.base(sk);
  const issueRandom = rng.bytes(64);
  const service = scalarBytes(keys.gamma);
  const e = math.serviceNonce(service, issueRandom.subarray(0, 32), 'join-u', number);
  const eNonce = math.serviceNonce(service, issueRandom.subarray(32), 'join-u-proof', number);
  const a = bbs.credentialPoint(keys.gamma, d, e);
  return {
    doctorId,
    nonce,
    joinRandom,
    sk,
    joinNonce,
    d,
    proof: math.joinProof(sk, joinNonce, nonce, doctorId, keys.keyHash),
    issueRandom,
    issueCounter: number,
    e,
    eNonce,
    a,
    credential: bbs.credential(keys, { a, e }, { freshness: nonce, d }, eNonce),
  };
}

export type Member = ReturnType<typeof joinMember>;

/** One signature with everything that went into it. */
export function signAs(
  bbs: Bbs,
  keys: Keys,
  member: Member,
  rng: SeededRandom,
  counter: number,
  signed: Signed = SIGNED,
) {
  const random = rng.bytes(32);
  const { seed, secrets } = bbs.secrets(member.sk, random, counter);
  const claim = bbs.claim(keys, member, secrets);
  const parts = bbs.prove(keys, claim, secrets, signed);
  const epoch = Uint8Array.of(0, 0, 0, EPOCH);
  const coupon = concatBytes(epoch, ...parts.points, parts.h, seed);
  return { random, counter, secrets, claim, parts, signature: joinBbs(parts), coupon, signed };
}

export type Made = ReturnType<typeof signAs>;

export function makeBbsWorld(curve: CurveName) {
  const bbs = new Bbs(curve);
  const rng = new SeededRandom(SEED, `vectors bbs ${curve}`);
  const keys = drawKeys(bbs, rng.bytes(160));
  const foreign = drawKeys(bbs, rng.bytes(160));
  const members = [joinMember(bbs, keys, rng, 1), joinMember(bbs, keys, rng, 2)] as const;
  const signature = signAs(bbs, keys, members[0], rng, 3);
  const second = signAs(bbs, keys, members[1], rng, 3);
  const otherCurve = new Bbs(curve === 'bls12381' ? 'bn254' : 'bls12381');
  const otherSuite = drawKeys(otherCurve, rng.bytes(160));
  return { bbs, rng, keys, foreign, members, signature, second, otherSuite };
}

export type BbsWorld = ReturnType<typeof makeBbsWorld>;
