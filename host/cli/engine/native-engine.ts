/**
 * The engine for speed: the reference engine with its slowest and most frequent operations on
 * node:crypto. Both answer the same bytes, so an image taken under one goes on under the other.
 */

import { hash } from 'node:crypto';
import { type CryptoEngine, nobleEngine } from '../../../applet/index.js';
import { nativeP256 } from './native-p256.js';

export const nativeEngine: CryptoEngine = {
  ...nobleEngine,
  ...nativeP256,
  sha256: (message) => new Uint8Array(hash('sha256', message, 'buffer')),
};
