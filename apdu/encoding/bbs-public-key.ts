/**
 * BBS: wire format of a group public key, suite identifier (1 byte) ‖ g~ ‖ W ‖ V ‖ Z, and what the proofs of
 * its two secrets hash. γ is the issuing service's, z the opening service's.
 */

import { concatBytes, equalBytes } from '../bytes.js';
import { DOMAIN } from './domain.js';
import { SCHNORR_PROOF_BYTES } from './group-join.js';
import { type GroupSuite, suiteOfPublicKey } from './group-suite.js';
import { hashInput } from './transcript.js';

export type BbsPublicKeyPoints = {
  /** W = γ·g~, encoded G2 point. */
  readonly w: Uint8Array;
  /** V = γ·g, encoded G1 point: by it a card checks its credential without a pairing. */
  readonly v: Uint8Array;
  /** Z = z·g, encoded G1 point: what signatures are encrypted to for the opening service. */
  readonly z: Uint8Array;
};

/** Length of the two proofs of knowledge, of γ and of z, one after the other. */
export const BBS_KEY_PROOF_BYTES = 2 * SCHNORR_PROOF_BYTES;

/** Length of W ‖ V ‖ Z, bytes. */
export function bbsKeyPointsBytes({ curve }: GroupSuite): number {
  return curve.g2Bytes + 2 * curve.g1Bytes;
}

/** The whole public key around its points W ‖ V ‖ Z; its SHA-256 stands for the key in every hash. */
export function bbsPublicKeyOf(suite: GroupSuite, points: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(suite.id), suite.curve.g2Generator, points);
}

/** The points as views, or `undefined` for a wrong length. They are not checked here. */
export function splitBbsKeyPoints(suite: GroupSuite, points: Uint8Array): BbsPublicKeyPoints | undefined {
  const { g1Bytes, g2Bytes } = suite.curve;
  if (points.length !== bbsKeyPointsBytes(suite)) return undefined;
  return {
    w: points.subarray(0, g2Bytes),
    v: points.subarray(g2Bytes, g2Bytes + g1Bytes),
    z: points.subarray(g2Bytes + g1Bytes),
  };
}

/** The points of a public key, or `undefined` for another scheme, a wrong length or another generator. */
export function splitBbsPublicKey(bytes: Uint8Array): BbsPublicKeyPoints | undefined {
  const suite = suiteOfPublicKey(bytes);
  if (suite?.scheme !== 'bbs') return undefined;
  const { g2Bytes, g2Generator } = suite.curve;
  if (!equalBytes(bytes.subarray(1, 1 + g2Bytes), g2Generator)) return undefined;
  return splitBbsKeyPoints(suite, bytes.subarray(1 + g2Bytes));
}

/** Challenge input of the proof of knowledge of γ (for V) or z (for Z); `commitment` is an encoded G1 point. */
export function bbsKeyProofInput(
  secret: 'issuing' | 'opening',
  groupKeyHash: Uint8Array,
  commitment: Uint8Array,
): Uint8Array {
  const domain = secret === 'issuing' ? DOMAIN.bbsIssuingKey : DOMAIN.bbsOpeningKey;
  return hashInput(domain, [groupKeyHash, commitment]);
}
