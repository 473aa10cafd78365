/** HMAC-SHA-256 (RFC 2104, FIPS 198-1) over the coprocessor's hash. */

import type { Coprocessor } from '../runtime/coprocessor.js';

const BLOCK_BYTES = 64;

/** MAC of `message`, 32 bytes; a key longer than a block is hashed first. */
export function hmacSha256(coprocessor: Coprocessor, key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? coprocessor.sha256(key) : key);
  return coprocessor.hold(2 * BLOCK_BYTES, () => {
    const inner = coprocessor.sha256(padded(block, 0x36, message));
    const mac = coprocessor.sha256(padded(block, 0x5c, inner));
    block.fill(0);
    return mac;
  });
}

/** The key's block XOR the pad, and the text behind it. A loop: a call for every byte is what a card pays most for. */
function padded(block: Uint8Array, pad: number, text: Uint8Array): Uint8Array {
  const whole = new Uint8Array(BLOCK_BYTES + text.length);
  for (let i = 0; i < BLOCK_BYTES; i++) whole[i] = block[i]! ^ pad;
  whole.set(text, BLOCK_BYTES);
  return whole;
}
