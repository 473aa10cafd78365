/** Wire format of a group public key PK_GK: suite identifier (1 byte) ‖ g~ ‖ X~ ‖ Y~. */

import { concatBytes, equalBytes } from '../bytes.js';
import { DOMAIN } from './domain.js';
import { type GroupSuite, groupSuiteById } from './group-suite.js';
import { hashInput } from './transcript.js';

export type GroupPublicKeyParts = {
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
export function joinGroupPublicKey({ suite, x, y }: GroupPublicKeyParts): Uint8Array {
  if (x.length !== suite.g2Bytes || y.length !== suite.g2Bytes) {
    throw new RangeError(`a G2 point of ${suite.name} has ${suite.g2Bytes} bytes`);
  }
  return concatBytes(Uint8Array.of(suite.id), suite.g2Generator, x, y);
}

/** The parts as views, or `undefined` for an unknown suite, a wrong length or another generator. */
export function splitGroupPublicKey(bytes: Uint8Array): GroupPublicKeyParts | undefined {
  const suite = bytes.length > 0 ? groupSuiteById(bytes[0]!) : undefined;
  if (!suite || bytes.length !== 1 + 3 * suite.g2Bytes) return undefined;
  const at = (index: number) => bytes.subarray(1 + index * suite.g2Bytes, 1 + (index + 1) * suite.g2Bytes);
  // A generator of the issuer's choice could be related to X~ and Y~; the standard one is the only one.
  if (!equalBytes(at(0), suite.g2Generator)) return undefined;
  return { suite, x: at(1), y: at(2) };
}

/** What the challenge of the proof of knowledge of x and y hashes; the commitments are encoded G2 points. */
export function groupKeyProofInput(
  groupKeyHash: Uint8Array,
  commitmentX: Uint8Array,
  commitmentY: Uint8Array,
): Uint8Array {
  return hashInput(DOMAIN.groupKey, [groupKeyHash, commitmentX, commitmentY]);
}
