/** AES-CMAC (RFC 4493) on the block cipher of node:crypto: the oracle for secure messaging. */

import { createCipheriv } from 'node:crypto';

const BLOCK = 16;

/** 16-byte authentication code of `message` under a 16-byte key. */
export function aesCmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  const subkey1 = double(encrypt(key, new Uint8Array(BLOCK)));
  const whole = message.length > 0 && message.length % BLOCK === 0;
  const blocks = Math.max(1, Math.ceil(message.length / BLOCK));
  const padded = new Uint8Array(blocks * BLOCK);
  padded.set(message);
  if (!whole) padded[message.length] = 0x80;
  const mask = whole ? subkey1 : double(subkey1);
  let state = new Uint8Array(BLOCK);
  for (let at = 0; at < padded.length; at += BLOCK) {
    const last = at === padded.length - BLOCK;
    for (let i = 0; i < BLOCK; i++) state[i]! ^= padded[at + i]! ^ (last ? mask[i]! : 0);
    state = encrypt(key, state);
  }
  return state;
}

function encrypt(key: Uint8Array, block: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createCipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(block));
}

/** Doubling in GF(2^128) (RFC 4493, 2.3). */
function double(block: Uint8Array): Uint8Array {
  const out = new Uint8Array(BLOCK);
  for (let i = 0; i < BLOCK; i++) out[i] = ((block[i]! << 1) | ((block[i + 1] ?? 0) >> 7)) & 0xff;
  if ((block[0]! & 0x80) !== 0) out[BLOCK - 1]! ^= 0x87;
  return out;
}
