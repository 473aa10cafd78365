/** The `info` of every sealed message (RFC 9180, 5.1): which message of which protocol step this is. */

import { bytesObject, encodeTemplate, uintObject, type ValuesOf } from '../template.js';

/** The only HPKE suite in use: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode. */
export const HPKE_SUITE = 1;

/** Length of an encapsulated key (uncompressed P-256 point, RFC 9180 table 2), in bytes. */
export const HPKE_ENCAPSULATED_KEY_BYTES = 65;

/** Who sealed a message. */
export const SENDER_ROLE = {
  patient: 1,
  doctor: 2,
  nhi: 3,
  hospital: 4,
  pharmacy: 5,
  insurer: 6,
  agent: 7,
  staff: 8,
} as const;
export type SenderRole = keyof typeof SENDER_ROLE;

const INFO = {
  suite: uintObject(0x80, 'HPKE suite', 1),
  equation: uintObject(0x81, 'equation', 1),
  sender: uintObject(0x82, 'sender role', 1),
  recipient: bytesObject(0x83, 'recipient identifier', 1, 64),
  messageId: bytesObject(0x84, 'message identifier', 16),
} as const;

export type HpkeInfo = {
  readonly equation: number;
  readonly sender: SenderRole;
  /** Identifier of the recipient, 1 to 64 bytes. */
  readonly recipient: Uint8Array;
  /** 16 bytes; the same stands under the inner signature. */
  readonly messageId: Uint8Array;
};

/** Canonical TLV of {suite, equation, sender role, recipient, message id}. @throws {RangeError} on a wrong length. */
export function encodeHpkeInfo({ equation, sender, recipient, messageId }: HpkeInfo): Uint8Array {
  const values: ValuesOf<typeof INFO> = {
    suite: HPKE_SUITE,
    equation,
    sender: SENDER_ROLE[sender],
    recipient,
    messageId,
  };
  return encodeTemplate(INFO, values);
}
