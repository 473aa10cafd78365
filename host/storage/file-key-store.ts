/**
 * Private keys in files, one each, readable for their owner only; under a passphrase they are sealed
 * (scrypt, AES-256-GCM with the name as associated data).
 */

import { createCipheriv, createDecipheriv, scryptSync } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Rng } from '../crypto/random.js';
import type { KeyStore } from './key-store.js';

const CIPHER = 'aes-256-gcm';
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** 32 MiB of memory for each guess. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const;
const OTHERS = 0o077;
/** Sealed files begin with this, so that none is taken for a key by who forgot the passphrase. */
const SEALED = Buffer.from('IMIS sealed key 1\n');

/** What is wrong with a key file; one sentence. */
export class KeyFileError extends Error {}

export class FileKeyStore implements KeyStore {
  constructor(
    private readonly folder: string,
    private readonly rng: Rng,
    private readonly passphrase?: string,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
  }

  /** @throws {KeyFileError} for a file that others can read, or that does not open. */
  load(name: string): Uint8Array | undefined {
    const file = this.fileOf(name);
    if (!existsSync(file)) return undefined;
    if ((statSync(file).mode & OTHERS) !== 0) {
      throw new KeyFileError(
        `The key file ${file} can be read by others; make it readable for its owner only.`,
      );
    }
    const stored = new Uint8Array(readFileSync(file));
    const isSealed = SEALED.equals(stored.subarray(0, SEALED.length));
    if (this.passphrase !== undefined) {
      if (!isSealed) throw new KeyFileError(`The key "${name}" is not sealed, but there is a passphrase.`);
      return this.unseal(name, stored.subarray(SEALED.length), this.passphrase);
    }
    if (isSealed) throw new KeyFileError(`The key "${name}" is sealed; its passphrase is needed.`);
    return stored;
  }

  /** On the disk when it returns, whole or not at all. */
  save(name: string, secret: Uint8Array): void {
    const file = this.fileOf(name);
    const written = `${file}.new`;
    const stored = this.passphrase === undefined ? secret : this.seal(name, secret, this.passphrase);
    const handle = openSync(written, 'w', 0o600);
    try {
      writeSync(handle, stored);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(written, file);
  }

  destroy(name: string): void {
    rmSync(this.fileOf(name), { force: true });
  }

  private seal(name: string, secret: Uint8Array, passphrase: string): Uint8Array {
    const salt = this.rng.bytes(SALT_BYTES);
    const nonce = this.rng.bytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, scryptSync(passphrase, salt, 32, SCRYPT), nonce);
    cipher.setAAD(Buffer.from(name));
    return Buffer.concat([SEALED, salt, nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
  }

  private unseal(name: string, stored: Uint8Array, passphrase: string): Uint8Array {
    const salt = stored.subarray(0, SALT_BYTES);
    const nonce = stored.subarray(SALT_BYTES, SALT_BYTES + NONCE_BYTES);
    try {
      const decipher = createDecipheriv(CIPHER, scryptSync(passphrase, salt, 32, SCRYPT), nonce);
      decipher.setAAD(Buffer.from(name));
      decipher.setAuthTag(stored.subarray(stored.length - TAG_BYTES));
      const sealed = stored.subarray(SALT_BYTES + NONCE_BYTES, stored.length - TAG_BYTES);
      return new Uint8Array(Buffer.concat([decipher.update(sealed), decipher.final()]));
    } catch {
      throw new KeyFileError(`The key "${name}" does not open with this passphrase.`);
    }
  }

  private fileOf(name: string): string {
    return join(this.folder, `${name}.key`);
  }
}
