/** Wire format of a PS-G1 group signature: s1 ‖ s2 ‖ U ‖ hint ‖ s. Suite and epoch travel beside it. */

import { concatBytes, uintToBytes } from '../bytes.js';
import type { GroupSuite } from './group-suite.js';
import { SCALAR_BYTES } from './pairing-curve.js';
import { hashInput } from './transcript.js';

/** Length of the hint, in bytes: HMAC-SHA-256 cut to its first eight. */
export const HINT_BYTES = 8;

export type PsSignatureParts = {
  /** t·σ1, encoded G1 point. */
  readonly s1: Uint8Array;
  /** t·σ2, encoded G1 point. */
  readonly s2: Uint8Array;
  /** Commitment U = k·s1, encoded G1 point. */
  readonly commitment: Uint8Array;
  /** First bytes of MAC(K_i, s1), by which the opening service finds the signer fast. */
  readonly hint: Uint8Array;
  /** Response s = k + c·sk, 32 bytes. */
  readonly response: Uint8Array;
};

/** @throws {RangeError} when a part has a length that is not the suite's. */
export function joinPsSignature(suite: GroupSuite, parts: PsSignatureParts): Uint8Array {
  const { s1, s2, commitment, hint, response } = parts;
  for (const point of [s1, s2, commitment]) assertLength('G1 point', point, suite.curve.g1Bytes);
  assertLength('hint', hint, HINT_BYTES);
  assertLength('response', response, SCALAR_BYTES);
  return concatBytes(s1, s2, commitment, hint, response);
}

/** The parts of a signature as views, or `undefined` for a wrong length. The parts are not checked here. */
export function splitPsSignature(suite: GroupSuite, signature: Uint8Array): PsSignatureParts | undefined {
  if (signature.length !== suite.signatureBytes) return undefined;
  const n = suite.curve.g1Bytes;
  return {
    s1: signature.subarray(0, n),
    s2: signature.subarray(n, 2 * n),
    commitment: signature.subarray(2 * n, 3 * n),
    hint: signature.subarray(3 * n, 3 * n + HINT_BYTES),
    response: signature.subarray(3 * n + HINT_BYTES),
  };
}

export type PsChallengeInputs = Pick<PsSignatureParts, 's1' | 's2' | 'commitment' | 'hint'> & {
  /** Domain tag of the statement, such as `IMIS-v1/gs/eq7`. */
  readonly domain: string;
  /** SHA-256 of the group public key, 32 bytes. */
  readonly groupKeyHash: Uint8Array;
  readonly epoch: number;
  /** Canonical TLV of the statement's fields. */
  readonly statement: Uint8Array;
};

/** What the challenge c of a group signature hashes: PK_GK, epoch (4 bytes), s1, s2, U, hint, statement. */
export function psChallengeInput(inputs: PsChallengeInputs): Uint8Array {
  const { domain, groupKeyHash, epoch, s1, s2, commitment, hint, statement } = inputs;
  return hashInput(domain, [groupKeyHash, uintToBytes(epoch, 4), s1, s2, commitment, hint, statement]);
}

function assertLength(name: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new RangeError(`${name} has ${bytes.length} bytes, not ${length}`);
}
