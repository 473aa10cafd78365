/** The card's signing algorithm on mcl, for signers that follow no rule: any points, any key. */

import type { G1 } from 'mcl-wasm';
import { challengeOf, challengeScalar, joinPsSignature, psChallengeInput } from '../../../apdu/index.js';
import { seededRng, sha256 } from '../../../host/index.js';
import { EPOCH, type Group, SIGNED } from './group-fixture.js';

export type Signer = {
  readonly secretKey: Uint8Array;
  readonly s1: G1;
  readonly s2: G1;
  readonly hint?: Uint8Array;
};

/** A signature whose proof of knowledge of `secretKey` is right, whatever s1 and s2 are. */
export function signAnything(to: Group, signer: Signer, seed: number, signed = SIGNED): Uint8Array {
  const { curve, groupKeyHash } = to;
  const { mcl } = curve;
  const k = curve.scalar(seededRng(seed, 'k').bytes(32));
  const points = {
    s1: curve.encodeG1(signer.s1),
    s2: curve.encodeG1(signer.s2),
    commitment: curve.encodeG1(mcl.mul(signer.s1, k)),
    hint: signer.hint ?? new Uint8Array(8),
  };
  const input = psChallengeInput({ ...points, ...signed, groupKeyHash, epoch: EPOCH });
  const c = curve.scalar(challengeScalar(challengeOf(sha256(input))));
  const response = curve.encodeScalar(mcl.add(k, mcl.mul(c, curve.scalar(signer.secretKey))));
  return joinPsSignature(to.suite, { ...points, response });
}

/** A point that nobody knows more about. */
export function anyPoint(to: Group, seed: number): G1 {
  const { curve } = to;
  return curve.mcl.mul(curve.g1, curve.scalar(seededRng(seed, 'point').bytes(32)));
}

/** The point of its encoding. */
export function g1(to: Group, bytes: Uint8Array): G1 {
  const decoded = to.curve.decodeG1(bytes);
  if (!decoded.ok) throw new Error(decoded.reason);
  return decoded.point;
}
