/**
 * The card's crypto coprocessor: an engine behind a meter and a RAM budget. Every call charges the
 * primitives that silicon would run and holds the scratch bytes they need while it runs.
 */

import type { CurveName } from '../../apdu/index.js';
import { PAIRING_CURVES } from '../../apdu/index.js';
import type { CryptoEngine } from './crypto-engine.js';
import type { OperationName } from './operations.js';

/** RAM that a computation needs while it runs. */
export interface ScratchMemory {
  /** Runs `work` with `lengthBytes` taken from the RAM budget; fails as the budget's owner decides. */
  hold<T>(lengthBytes: number, work: () => T): T;
}

export type CoprocessorPorts = {
  readonly engine: CryptoEngine;
  /** Counts one operation; `lengthBytes` as the operation's unit says, 0 where length means nothing. */
  readonly charge: (operation: OperationName, lengthBytes: number) => void;
  readonly scratch: ScratchMemory;
  /** The card's random number generator. */
  readonly random: (length: number) => Uint8Array;
};

export type P256KeyPair = {
  /** 32 bytes. */
  readonly secretKey: Uint8Array;
  /** Compressed, 33 bytes. */
  readonly publicKey: Uint8Array;
};

/** Order n of P-256 (FIPS 186-5, SP 800-186). */
export const P256_ORDER = Uint8Array.from([
  0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
  0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
]);

/**
 * Scratch bytes by rule (estimated): what must stand in RAM beside the caller's own arrays, that is
 * the result, uncompressed copies of point operands and one block or key schedule of the algorithm.
 */
const SCRATCH_BYTES = {
  sha256: 32 + 64,
  aes128: 16 + 16,
  p256: 65 + 65,
  ecdsa: 65 + 64,
} as const;

/** Attempts at a non-zero scalar; each fails with probability 2^-250. */
const SCALAR_ATTEMPTS = 4;

/**
 * Same values and results as {@link CryptoEngine}, metered. Decompressing a P-256 operand counts as part
 * of its operation, as in card libraries that take compressed points.
 */
export class Coprocessor {
  constructor(private readonly ports: CoprocessorPorts) {}

  /** Takes RAM for values that live through several operations. */
  hold<T>(lengthBytes: number, work: () => T): T {
    return this.ports.scratch.hold(lengthBytes, work);
  }

  random(length: number): Uint8Array {
    return this.run('rng', length, length, () => this.ports.random(length));
  }

  sha256(message: Uint8Array): Uint8Array {
    return this.run('sha256', message.length, SCRATCH_BYTES.sha256, (engine) => engine.sha256(message));
  }

  aes128EcbEncrypt(key: Uint8Array, blocks: Uint8Array): Uint8Array {
    return this.run('aes128-ecb', blocks.length, SCRATCH_BYTES.aes128, (engine) =>
      engine.aes128EcbEncrypt(key, blocks),
    );
  }

  aes128EcbDecrypt(key: Uint8Array, blocks: Uint8Array): Uint8Array {
    return this.run('aes128-ecb', blocks.length, SCRATCH_BYTES.aes128, (engine) =>
      engine.aes128EcbDecrypt(key, blocks),
    );
  }

  aes128Cmac(key: Uint8Array, message: Uint8Array): Uint8Array {
    return this.run('aes128-cmac', message.length, SCRATCH_BYTES.aes128, (engine) =>
      engine.aes128Cmac(key, message),
    );
  }

  aes128GcmSeal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    return this.run('aes128-gcm', aad.length + plaintext.length, 2 * SCRATCH_BYTES.aes128, (engine) =>
      engine.aes128GcmSeal(key, nonce, aad, plaintext),
    );
  }

  aes128GcmOpen(
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    sealed: Uint8Array,
  ): Uint8Array | undefined {
    const textBytes = Math.max(0, sealed.length - 16);
    return this.run('aes128-gcm', aad.length + textBytes, 2 * SCRATCH_BYTES.aes128, (engine) =>
      engine.aes128GcmOpen(key, nonce, aad, sealed),
    );
  }

  /** A fresh key pair. @throws {Error} when the random number generator is broken (only zeros). */
  p256GenerateKeyPair(): P256KeyPair {
    return this.run('p256-keygen', 0, SCRATCH_BYTES.p256, (engine) => {
      for (let attempt = 0; attempt < SCALAR_ATTEMPTS; attempt++) {
        const secretKey = engine.modReduce(this.ports.random(48), P256_ORDER);
        const publicKey = engine.p256PublicKey(secretKey);
        if (publicKey) return { secretKey, publicKey };
      }
      throw new Error('the random number generator gives no usable scalar');
    });
  }

  /** Public key of a scalar, a multiplication of the base point. */
  p256PublicKey(secretKey: Uint8Array): Uint8Array | undefined {
    return this.run('p256-mul', 0, SCRATCH_BYTES.p256, (engine) => engine.p256PublicKey(secretKey));
  }

  /** Uncompressed form (65 bytes) of a valid point. */
  p256Uncompress(point: Uint8Array): Uint8Array | undefined {
    return this.ports.scratch.hold(65, () => this.ports.engine.p256Uncompress(point));
  }

  p256EcdsaSign(secretKey: Uint8Array, digest: Uint8Array): Uint8Array | undefined {
    return this.run('p256-ecdsa-sign', 0, SCRATCH_BYTES.ecdsa, (engine) =>
      engine.p256EcdsaSign(secretKey, digest),
    );
  }

  p256EcdsaVerify(publicKey: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
    return this.run('p256-ecdsa-verify', 0, SCRATCH_BYTES.ecdsa, (engine) =>
      engine.p256EcdsaVerify(publicKey, digest, signature),
    );
  }

  p256Ecdh(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined {
    return this.run('p256-ecdh', 0, SCRATCH_BYTES.p256, (engine) => engine.p256Ecdh(secretKey, publicKey));
  }

  p256Multiply(point: Uint8Array, scalar: Uint8Array): Uint8Array | undefined {
    return this.run('p256-mul', 0, SCRATCH_BYTES.p256, (engine) => engine.p256Multiply(point, scalar));
  }

  p256Add(a: Uint8Array, b: Uint8Array): Uint8Array | undefined {
    return this.run('p256-add', 0, SCRATCH_BYTES.p256, (engine) => engine.p256Add(a, b));
  }

  g1Decompress(curve: CurveName, encoded: Uint8Array): Uint8Array | undefined {
    return this.run(`${curve}-g1-decompress`, 0, g1Scratch(curve), (engine) =>
      engine.g1Decompress(curve, encoded),
    );
  }

  /** Copies x and sets the flag bits; the comparison of y with p/2 is not worth an operation of its own. */
  g1Compress(curve: CurveName, point: Uint8Array): Uint8Array | undefined {
    const { g1Bytes } = PAIRING_CURVES[curve];
    return this.run('ram-copy', g1Bytes, g1Bytes, (engine) => engine.g1Compress(curve, point));
  }

  g1Multiply(curve: CurveName, point: Uint8Array, scalar: Uint8Array): Uint8Array | undefined {
    return this.run(`${curve}-g1-mul`, 0, g1Scratch(curve), (engine) =>
      engine.g1Multiply(curve, point, scalar),
    );
  }

  g1Add(curve: CurveName, a: Uint8Array, b: Uint8Array): Uint8Array | undefined {
    return this.run(`${curve}-g1-add`, 0, g1Scratch(curve), (engine) => engine.g1Add(curve, a, b));
  }

  /** r·P = O: one multiplication where the cofactor is not 1, nothing where every point is a member. */
  g1InSubgroup(curve: CurveName, point: Uint8Array): boolean {
    if (PAIRING_CURVES[curve].cofactorOne) return true;
    return this.run(`${curve}-g1-mul`, 0, g1Scratch(curve), (engine) => engine.g1InSubgroup(curve, point));
  }

  /** Up to twice the modulus' length: high part times a constant, plus the low part. */
  modReduce(value: Uint8Array, modulus: Uint8Array): Uint8Array {
    return this.run('modreduce', modulus.length, 2 * modulus.length, (engine) =>
      engine.modReduce(value, modulus),
    );
  }

  modMultiply(a: Uint8Array, b: Uint8Array, modulus: Uint8Array): Uint8Array {
    return this.run('modmul', modulus.length, 2 * modulus.length, (engine) =>
      engine.modMultiply(a, b, modulus),
    );
  }

  modAdd(a: Uint8Array, b: Uint8Array, modulus: Uint8Array): Uint8Array {
    return this.run('modadd', modulus.length, modulus.length, (engine) => engine.modAdd(a, b, modulus));
  }

  modSubtract(a: Uint8Array, b: Uint8Array, modulus: Uint8Array): Uint8Array {
    return this.run('modadd', modulus.length, modulus.length, (engine) => engine.modSubtract(a, b, modulus));
  }

  modInvert(a: Uint8Array, modulus: Uint8Array): Uint8Array | undefined {
    return this.run('modinv', modulus.length, 2 * modulus.length, (engine) => engine.modInvert(a, modulus));
  }

  protected run<T>(
    operation: OperationName,
    lengthBytes: number,
    scratchBytes: number,
    work: (engine: CryptoEngine) => T,
  ): T {
    this.ports.charge(operation, lengthBytes);
    return this.ports.scratch.hold(scratchBytes, () => work(this.ports.engine));
  }
}

function g1Scratch(curve: CurveName): number {
  return 2 * PAIRING_CURVES[curve].g1AffineBytes;
}
