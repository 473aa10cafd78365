/** AES-CMAC (RFC 4493, NIST SP 800-38B) for the host's end of a card session and of secure channels. */

import { createCipheriv } from 'node:crypto';

const BLOCK_BYTES = 16;

/** MAC of `message`, 16 bytes. @throws {RangeError} for a key that has not 16, 24 or 32 bytes. */
export function aesCmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  const subkey = double(encryptBlock(key, new Uint8Array(BLOCK_BYTES)));
  const blocks = Math.max(1, Math.ceil(message.length / BLOCK_BYTES));
  const padded = new Uint8Array(blocks * BLOCK_BYTES);
  padded.set(message);
  const complete = padded.length === message.length;
  if (!complete) padded[message.length] = 0x80;
  const mask = complete ? subkey : double(subkey);
  const last = padded.length - BLOCK_BYTES;
  for (let i = 0; i < BLOCK_BYTES; i++) padded[last + i]! ^= mask[i]!;
  const cipher = createCipheriv(`aes-${key.length * 8}-cbc`, key, new Uint8Array(BLOCK_BYTES)).setAutoPadding(
    false,
  );
  return new Uint8Array(cipher.update(padded).subarray(last));
}

function encryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array {
  return createCipheriv(`aes-${key.length * 8}-ecb`, key, null)
    .setAutoPadding(false)
    .update(block);
}

/** Multiplication by x in GF(2^128) (clause 2.3). */
function double(block: Uint8Array): Uint8Array {
  const doubled = new Uint8Array(BLOCK_BYTES);
  for (let i = 0; i < BLOCK_BYTES; i++) doubled[i] = ((block[i]! << 1) | ((block[i + 1] ?? 0) >> 7)) & 0xff;
  if (block[0]! & 0x80) doubled[BLOCK_BYTES - 1]! ^= 0x87;
  return doubled;
}
