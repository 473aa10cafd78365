/**
 * Protected messages of SCP03 (GlobalPlatform Card Specification, Amendment D v1.1.2, 6.2.3 to 6.2.7).
 * Framing only: whoever holds the session keys computes AES-CMAC and AES-CBC over what these give.
 *
 * | | on the wire |
 * |---|---|
 * | command | CLA with bit 3 set, data (encrypted when the level says so), first 8 bytes of the C-MAC |
 * | answer | data (encrypted when the level says so), first 8 bytes of the R-MAC, SW1 SW2 |
 *
 * The 16 bytes of a C-MAC are the chaining value of the next checksum, of command or answer. Data that
 * exceed one short command travel as a chain (ISO/IEC 7816-4:2020, 5.3.3) of the protected command in
 * its extended form: one checksum for the whole, under the header of the last link and a 3-byte Lc.
 */

import { concatBytes, uintToBytes } from '../bytes.js';
import { SCP03_SHORT_BYTES } from './derivation.js';

/** Class bit of GlobalPlatform's secure messaging (GlobalPlatform Card Specification 2.3.1, 11.1.4). */
export const SECURE_CHANNEL_CLASS_BIT = 0x04;
const CHANNEL_BITS = 0x03;
const BLOCK_BYTES = 16;
const RESPONSE_COUNTER_BIT = 0x80;

/** Whether a class byte of the first interindustry range, or its proprietary mirror, announces SCP03. */
export function isSecureChannelClass(cla: number): boolean {
  return (cla & 0x4c) === SECURE_CHANNEL_CLASS_BIT;
}

/** A protected command's data field taken apart. */
export type Scp03CommandData = { readonly body: Uint8Array; readonly checksum: Uint8Array };

/** `undefined` when there is no room for a checksum. */
export function splitScp03Data(data: Uint8Array): Scp03CommandData | undefined {
  const end = data.length - SCP03_SHORT_BYTES;
  return end < 0 ? undefined : { body: data.subarray(0, end), checksum: data.subarray(end) };
}

/**
 * Input of a C-MAC.
 * @param chaining 16 bytes: the C-MAC before, zeros for the first
 * @param header CLA INS P1 P2 of the last link; its logical channel does not count
 * @param body data without the checksum, encrypted as sent
 */
export function scp03CommandMacInput(chaining: Uint8Array, header: Uint8Array, body: Uint8Array): Uint8Array {
  const length = body.length + SCP03_SHORT_BYTES;
  const lc = length <= 0xff ? uintToBytes(length, 1) : uintToBytes(length, 3);
  const cla = (header[0]! & ~CHANNEL_BITS) | SECURE_CHANNEL_CLASS_BIT;
  return concatBytes(chaining, Uint8Array.of(cla), header.subarray(1, 4), lc, body);
}

/** Input of an R-MAC; `chaining` is the C-MAC of the command, `body` the data as sent. */
export function scp03ResponseMacInput(chaining: Uint8Array, body: Uint8Array, sw: number): Uint8Array {
  return concatBytes(chaining, body, uintToBytes(sw, 2));
}

/** Block that is encrypted under S-ENC to give the initial value for a command or its answer. */
export function scp03CounterBlock(counter: number, direction: 'command' | 'response'): Uint8Array {
  const block = uintToBytes(counter, BLOCK_BYTES);
  if (direction === 'response') block[0] = RESPONSE_COUNTER_BIT;
  return block;
}

/** Whether answers with this status word are protected: success and warnings, no errors (6.2.5). */
export function isProtectedStatus(sw: number): boolean {
  return sw === 0x9000 || sw >> 8 === 0x62 || sw >> 8 === 0x63;
}
