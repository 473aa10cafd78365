/** Wire format of a PS-G1 group public key PK_GK: suite identifier (1 byte) ‖ g~ ‖ X~ ‖ Y~. */

import { concatBytes, equalBytes } from '../bytes.js';
import { DOMAIN } from './domain.js';
import { type GroupSuite, suiteOfPublicKey } from './group-suite.js';
import { hashInput } from './transcript.js';

export type PsPublicKeyParts = {
  readonly suite: GroupSuite;
  /** X~ = x·g~, encoded G2 point. */
  readonly x: Uint8Array;
  /** Y~ = y·g~, encoded G2 point. */
  readonly y: Uint8Array;
};

/**
 * Bytes of a group public key. Its SHA-256 over exactly these bytes stands for the key in every hash.
 * @throws {RangeError} when a point has a length that is not the suite's.
 */
export function joinPsPublicKey({ suite, x, y }: PsPublicKeyParts): Uint8Array {
  const { name, g2Bytes, g2Generator } = suite.curve;
  if (x.length !== g2Bytes || y.length !== g2Bytes) {
    throw new RangeError(`a G2 point of ${name} has ${g2Bytes} bytes`);
  }
  return concatBytes(Uint8Array.of(suite.id), g2Generator, x, y);
}

/** The parts as views, or `undefined` for a suite of another scheme, a wrong length or another generator. */
export function splitPsPublicKey(bytes: Uint8Array): PsPublicKeyParts | undefined {
  const suite = suiteOfPublicKey(bytes);
  if (suite?.scheme !== 'ps-g1') return undefined;
  const { g2Bytes, g2Generator } = suite.curve;
  if (bytes.length !== 1 + 3 * g2Bytes) return undefined;
  const at = (index: number) => bytes.subarray(1 + index * g2Bytes, 1 + (index + 1) * g2Bytes);
  // A generator of the issuer's choice could be related to X~ and Y~; the standard one is the only one.
  if (!equalBytes(at(0), g2Generator)) return undefined;
  return { suite, x: at(1), y: at(2) };
}

/** What the challenge of the proof of knowledge of x and y hashes; the commitments are encoded G2 points. */
export function psKeyProofInput(
  groupKeyHash: Uint8Array,
  commitmentX: Uint8Array,
  commitmentY: Uint8Array,
): Uint8Array {
  return hashInput(DOMAIN.groupKey, [groupKeyHash, commitmentX, commitmentY]);
}
