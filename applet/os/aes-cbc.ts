/** AES-128 in CBC mode (NIST SP 800-38A, 6.2) on the coprocessor's block cipher; whole blocks only. */

import type { Coprocessor } from '../runtime/coprocessor.js';

const BLOCK = 16;

export function encryptCbc(
  coprocessor: Coprocessor,
  key: Uint8Array,
  initialValue: Uint8Array,
  plain: Uint8Array,
): Uint8Array {
  const out = new Uint8Array(plain.length);
  let before = initialValue;
  for (let at = 0; at < plain.length; at += BLOCK) {
    before = coprocessor.aes128EcbEncrypt(key, xor(plain.subarray(at, at + BLOCK), before));
    out.set(before, at);
  }
  return out;
}

export function decryptCbc(
  coprocessor: Coprocessor,
  key: Uint8Array,
  initialValue: Uint8Array,
  encrypted: Uint8Array,
): Uint8Array {
  const out = coprocessor.aes128EcbDecrypt(key, encrypted);
  for (let i = 0; i < out.length; i++) out[i]! ^= i < BLOCK ? initialValue[i]! : encrypted[i - BLOCK]!;
  return out;
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  const sum = new Uint8Array(BLOCK);
  for (let i = 0; i < BLOCK; i++) sum[i] = a[i]! ^ b[i]!;
  return sum;
}
