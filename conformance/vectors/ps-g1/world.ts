/** The group that the vectors of one curve speak of: keys, two members, their signatures; all from a seed. */

import { type CurveName, concatBytes, utf8ToBytes } from '../../../apdu/index.js';
import { SeededRandom } from '../../issuer/seeded-random.js';
import { fromBytes, joinSignature, PsG1, type Signed, scalarBytes, sha256 } from './definition.js';
import { spoiled } from './spoiled.js';

export const EPOCH = 7;
export const DOMAIN = 'IMIS-v1/gs/eq9';
export const STATEMENT = utf8ToBytes('a statement of equation 9');
export const SIGNED: Signed = { epoch: EPOCH, domain: DOMAIN, statement: STATEMENT };
const SEED = 713;

/** The keys of an epoch as a service draws them: 48 bytes each for x and y, 32 for each nonce and MK_hint. */
export function drawKeys(ps: PsG1, random: Uint8Array) {
  const [x, y] = [ps.wide(random.subarray(0, 48)), ps.wide(random.subarray(48, 96))];
  const nonce = (secret: bigint, at: number, name: string) =>
    ps.serviceNonce(scalarBytes(secret), random.subarray(at, at + 32), `group-key-${name}`, EPOCH);
  const nonces = [nonce(x, 96, 'x'), nonce(y, 128, 'y')];
  const publicKey = ps.publicKey(ps.base2(x), ps.base2(y));
  return {
    random,
    secret: [x, y] as const,
    nonces,
    openingKey: random.subarray(160, 192),
    publicKey,
    proof: ps.keyProof(publicKey, [x, y], nonces),
    keyHash: sha256(publicKey),
  };
}

export type Keys = ReturnType<typeof drawKeys>;

/** A member from the join to the register of openings. */
function joinMember(ps: PsG1, keys: Keys, rng: SeededRandom, number: number) {
  const doctorId = `D-${number}`;
  const nonce = rng.bytes(16);
  const joinRandom = rng.bytes(80);
  const sk = ps.mod(fromBytes(joinRandom.subarray(0, 48)));
  const joinNonce = ps.cardNonce(sk, joinRandom.subarray(48), 'join', 1, 0);
  const d = ps.base(sk);
  const proof = ps.joinProof(sk, joinNonce, nonce, doctorId, keys.keyHash);
  const issueRandom = rng.bytes(64);
  const secretKey = concatBytes(...keys.secret.map(scalarBytes));
  const u = ps.serviceNonce(secretKey, issueRandom.subarray(0, 32), 'join-u', number);
  const uNonce = ps.serviceNonce(secretKey, issueRandom.subarray(32), 'join-u-proof', number);
  const binding = { freshness: nonce, keyHash: keys.keyHash };
  const credential = ps.credential(keys.secret, d, u, uNonce, binding);
  const serial = rng.bytes(8);
  const hintKey = ps.hintKey(keys.openingKey, EPOCH, doctorId, serial, 1);
  const n = ps.base(1n).length;
  return {
    doctorId,
    nonce,
    joinRandom,
    sk,
    joinNonce,
    d,
    proof,
    issueRandom,
    issueCounter: number,
    u,
    uNonce,
    credential,
    sigma1: credential.subarray(0, n),
    sigma2: credential.subarray(n, 2 * n),
    serial,
    hintKey,
    openingKey: ps.encodeG2(ps.base2(sk)),
  };
}

export type Member = ReturnType<typeof joinMember>;

/** One signature with everything that went into it. */
export function signAs(
  ps: PsG1,
  keys: Keys,
  member: Member,
  rng: SeededRandom,
  counter: number,
  signed = SIGNED,
) {
  const random = rng.bytes(32);
  const t = ps.cardNonce(member.sk, random, 'gs-t', counter, 0);
  const k = ps.cardNonce(member.sk, random, 'gs-k', counter, 1);
  const parts = ps.sign(member, { t, k }, keys.keyHash, signed);
  return { random, counter, t, k, parts, signature: joinSignature(parts), signed };
}

export function makeWorld(curve: CurveName) {
  const ps = new PsG1(curve);
  const rng = new SeededRandom(SEED, `vectors ${curve}`);
  const keys = drawKeys(ps, rng.bytes(192));
  const foreign = drawKeys(ps, rng.bytes(192));
  const members = [joinMember(ps, keys, rng, 1), joinMember(ps, keys, rng, 2)] as const;
  const signature = signAs(ps, keys, members[0], rng, 3);
  const second = signAs(ps, keys, members[1], rng, 3);
  const otherCurve = new PsG1(curve === 'bls12381' ? 'bn254' : 'bls12381');
  const otherSuite = drawKeys(otherCurve, rng.bytes(192));
  return { ps, bad: spoiled(ps), rng, keys, foreign, members, signature, second, otherSuite };
}

export type World = ReturnType<typeof makeWorld>;
