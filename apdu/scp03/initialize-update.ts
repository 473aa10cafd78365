/** The answer to INITIALIZE UPDATE (GlobalPlatform Card Specification, Amendment D v1.1.2, 7.1.1.6). */

import { bytesToUint, concatBytes, uintToBytes } from '../bytes.js';
import { SCP03_DIVERSIFICATION_BYTES, SCP03_SEQUENCE_BYTES, SCP03_SHORT_BYTES } from './derivation.js';
import { hasPseudoRandomChallenge } from './security-level.js';

const PROTOCOL = 0x03;
const INFORMATION_BYTES = 3;

/** Shortest and longest answer, in bytes. */
export const INITIALIZE_UPDATE_BYTES = {
  min: SCP03_DIVERSIFICATION_BYTES + INFORMATION_BYTES + 2 * SCP03_SHORT_BYTES,
  max: SCP03_DIVERSIFICATION_BYTES + INFORMATION_BYTES + 2 * SCP03_SHORT_BYTES + SCP03_SEQUENCE_BYTES,
} as const;

export type InitializeUpdateAnswer = {
  /** 10 bytes, from which the card's keys follow. */
  readonly diversificationData: Uint8Array;
  readonly keyVersion: number;
  /** Implementation "i". */
  readonly options: number;
  readonly cardChallenge: Uint8Array;
  readonly cardCryptogram: Uint8Array;
  /** Only of an implementation with pseudo-random challenges. */
  readonly sequenceCounter?: number | undefined;
};

export function encodeInitializeUpdateAnswer(answer: InitializeUpdateAnswer): Uint8Array {
  const { diversificationData, keyVersion, options, cardChallenge, cardCryptogram, sequenceCounter } = answer;
  return concatBytes(
    diversificationData,
    Uint8Array.of(keyVersion, PROTOCOL, options),
    cardChallenge,
    cardCryptogram,
    sequenceCounter === undefined ? new Uint8Array(0) : uintToBytes(sequenceCounter, SCP03_SEQUENCE_BYTES),
  );
}

/** `undefined` when the bytes are no answer of SCP03 in the S8 mode. */
export function parseInitializeUpdateAnswer(bytes: Uint8Array): InitializeUpdateAnswer | undefined {
  let at = 0;
  const take = (length: number): Uint8Array => {
    at += length;
    return bytes.slice(at - length, at);
  };
  const diversificationData = take(SCP03_DIVERSIFICATION_BYTES);
  const [keyVersion, protocol, options] = take(INFORMATION_BYTES);
  if (keyVersion === undefined || protocol !== PROTOCOL || options === undefined) return undefined;
  const counted = hasPseudoRandomChallenge(options);
  if (bytes.length !== (counted ? INITIALIZE_UPDATE_BYTES.max : INITIALIZE_UPDATE_BYTES.min))
    return undefined;
  const cardChallenge = take(SCP03_SHORT_BYTES);
  const cardCryptogram = take(SCP03_SHORT_BYTES);
  const sequenceCounter = counted ? bytesToUint(take(SCP03_SEQUENCE_BYTES)) : undefined;
  return { diversificationData, keyVersion, options, cardChallenge, cardCryptogram, sequenceCounter };
}
