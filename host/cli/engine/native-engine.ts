/**
 * The engine for speed: the reference engine with its slowest and most frequent operations on
 * node:crypto. Both answer the same bytes, so an image taken under one goes on under the other.
 */

import { type CryptoEngine, nobleEngine } from '../../../applet/index.js';
import { nativeP256 } from './native-p256.js';
import { SHA256_BYTES, sha256Into } from './sha256-into.js';

const digest = Buffer.alloc(SHA256_BYTES);

export const nativeEngine: CryptoEngine = {
  ...nobleEngine,
  ...nativeP256,
  sha256(message) {
    sha256Into(digest, 0, message);
    return new Uint8Array(digest);
  },
};
