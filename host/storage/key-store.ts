/** Where a service keeps its private keys: apart from the store, so that a copy of the database signs and opens nothing. */

import { type EcKeyPair, ecPublicKey, generateEcKeyPair } from '../crypto/ecdsa.js';
import type { Rng } from '../crypto/random.js';

/** Secrets by name; a service asks for each once, when it starts. */
export interface KeyStore {
  load(name: string): Uint8Array | undefined;
  /** Kept when it returns. */
  save(name: string, secret: Uint8Array): void;
  destroy(name: string): void;
}

/** For tests and runs that leave nothing behind. */
export function memoryKeyStore(): KeyStore {
  return new MemoryKeyStore();
}

class MemoryKeyStore implements KeyStore {
  private readonly secrets = new Map<string, Uint8Array>();

  load(name: string): Uint8Array | undefined {
    return this.secrets.get(name)?.slice();
  }

  save(name: string, secret: Uint8Array): void {
    this.secrets.set(name, secret.slice());
  }

  destroy(name: string): void {
    this.secrets.get(name)?.fill(0);
    this.secrets.delete(name);
  }
}

/** The secret of this name, made by `make` the first time. */
export function secretNamed(keys: KeyStore, name: string, make: () => Uint8Array): Uint8Array {
  const known = keys.load(name);
  if (known) return known;
  const secret = make();
  keys.save(name, secret);
  return secret;
}

/** The P-256 key pair of this name. */
export function keyPairNamed(keys: KeyStore, name: string, rng: Rng): EcKeyPair {
  const secretKey = secretNamed(keys, name, () => generateEcKeyPair(rng).secretKey);
  return { secretKey, publicKey: ecPublicKey(secretKey) };
}
