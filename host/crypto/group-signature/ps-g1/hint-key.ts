/** The hint key K_i of a member's card, by which the opening service finds a signer without a scan. */

import { hkdfSync } from 'node:crypto';
import { DOMAIN, hashInput, uintToBytes, utf8ToBytes } from '../../../../apdu/index.js';

/** Length of MK_hint, bytes. */
export const HINT_MASTER_KEY_BYTES = 32;

export type HintKeyInputs = {
  readonly epoch: number;
  /** ID_D. */
  readonly doctorId: string;
  readonly cardSerial: Uint8Array;
  /** How often this card has joined. */
  readonly joinCounter: number;
};

/** K_i = HKDF(MK_hint of the epoch; ID_D, card serial, join counter), 32 bytes. */
export function deriveHintKey(masterKey: Uint8Array, inputs: HintKeyInputs): Uint8Array {
  const { epoch, doctorId, cardSerial, joinCounter } = inputs;
  const info = hashInput(DOMAIN.hintKey, [
    uintToBytes(epoch, 4),
    utf8ToBytes(doctorId),
    cardSerial,
    uintToBytes(joinCounter, 4),
  ]);
  return new Uint8Array(hkdfSync('sha256', masterKey, new Uint8Array(0), info, 32));
}
