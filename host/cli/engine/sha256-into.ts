/** SHA-256 by node:crypto into memory that is there already: a Buffer for every digest costs more than the digest. */

import { hash } from 'node:crypto';

export const SHA256_BYTES = 32;

/** Writes the digest of `message` to `target` at `offset`. */
export function sha256Into(target: Buffer, offset: number, message: Uint8Array): void {
  target.write(hash('sha256', message, 'binary'), offset, 'latin1');
}
