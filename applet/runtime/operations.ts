/**
 * The coprocessor operations that the meter counts and a cost model prices. A name is one primitive of
 * a card's crypto library; what a card computes out of several primitives is counted as those.
 */

/** What the length of a charge means: bytes processed, bytes of the modulus, or nothing (0). */
export type OperationUnit = 'byte' | 'modulus-byte' | 'call';

export type Operation = { readonly unit: OperationUnit; readonly meaning: string };

export const OPERATIONS = {
  sha256: { unit: 'byte', meaning: 'SHA-256 of a message (FIPS 180-4)' },
  'aes128-ecb': { unit: 'byte', meaning: 'AES-128 on whole blocks (FIPS 197)' },
  'aes128-cmac': { unit: 'byte', meaning: 'AES-128 CMAC of a message (NIST SP 800-38B)' },
  'aes128-gcm': {
    unit: 'byte',
    meaning: 'AES-128 GCM, additional data and text together (NIST SP 800-38D)',
  },
  rng: { unit: 'byte', meaning: 'random bytes' },
  'p256-keygen': { unit: 'call', meaning: 'key pair on P-256, its random scalar included' },
  'p256-ecdsa-sign': { unit: 'call', meaning: 'ECDSA signature over a digest (FIPS 186-5)' },
  'p256-ecdsa-verify': { unit: 'call', meaning: 'ECDSA verification over a digest' },
  'p256-ecdh': { unit: 'call', meaning: 'ECDH, x-coordinate of the shared point (NIST SP 800-56A)' },
  'p256-mul': { unit: 'call', meaning: 'scalar multiplication on P-256' },
  'p256-add': { unit: 'call', meaning: 'point addition on P-256' },
  'bls12381-g1-mul': { unit: 'call', meaning: 'scalar multiplication in E(Fp) of BLS12-381' },
  'bls12381-g1-add': { unit: 'call', meaning: 'point addition in E(Fp) of BLS12-381' },
  'bls12381-g1-decompress': { unit: 'call', meaning: 'square root and curve check in Fp of BLS12-381' },
  'bn254-g1-mul': { unit: 'call', meaning: 'scalar multiplication in E(Fp) of BN254' },
  'bn254-g1-add': { unit: 'call', meaning: 'point addition in E(Fp) of BN254' },
  'bn254-g1-decompress': { unit: 'call', meaning: 'square root and curve check in Fp of BN254' },
  modmul: { unit: 'modulus-byte', meaning: 'modular multiplication' },
  modreduce: {
    unit: 'modulus-byte',
    meaning: 'reduction of a value of up to twice the length of the modulus',
  },
  modadd: { unit: 'modulus-byte', meaning: 'modular addition or subtraction' },
  modinv: { unit: 'modulus-byte', meaning: 'modular inverse' },
  'ram-copy': { unit: 'byte', meaning: 'copy within RAM' },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;
