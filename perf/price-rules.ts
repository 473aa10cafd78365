/** The price list: one rule per operation of the card's coprocessor port. Reasons in docs/cost-model.md. */
import type { LengthTerm, PriceRule, PriceTerm } from './price-rule.js';

const SHA256: LengthTerm = {
  kind: 'by-length',
  candidates: [{ series: 'sha256', primitive: 'sha256_256B' }],
  blockBytes: 64,
  // FIPS 180-4, 5.1.1: one bit and a 64-bit length are appended before cutting into blocks.
  addedBytes: 9,
  withoutFit: 'spread',
  label: 'measured',
};

const AES_ECB: LengthTerm = {
  kind: 'by-length',
  candidates: [{ series: 'aes128_cbc', primitive: 'aes128_cbc_256B' }],
  blockBytes: 16,
  addedBytes: 0,
  withoutFit: 'bound',
  label: 'derived',
};

const AES_CMAC: LengthTerm = {
  kind: 'by-length',
  candidates: [
    { series: 'aes128_mac', primitive: 'aes128_mac_256B' },
    { series: 'aes128_cbc', primitive: 'aes128_cbc_256B' },
  ],
  blockBytes: 16,
  // SP 800-38B, 6.1: one more block enciphered for the subkeys.
  addedBytes: 16,
  withoutFit: 'bound',
  label: 'derived',
};

/** Secure random data by length. */
export const RANDOM_DATA: LengthTerm = {
  kind: 'by-length',
  candidates: [{ series: 'rng_secure', primitive: 'rng_secure_256B' }],
  blockBytes: 16,
  addedBytes: 0,
  withoutFit: 'bound',
  label: 'measured',
};

const WITHOUT_SHA1: PriceTerm = { kind: 'primitive', primitive: 'sha1_256B', times: -1, label: 'derived' };

const primitive = (name: string, label: 'measured' | 'derived' | 'estimated', times = 1): PriceTerm => ({
  kind: 'primitive',
  primitive: name,
  times,
  label,
});

/** Square-and-multiply with an average of one multiplication per two squarings. */
const MULTIPLICATIONS_PER_EXPONENT_BIT = 1.5;

const modularMultiplication: PriceTerm = {
  kind: 'exponentiation',
  modulusBytes: 'length',
  exponentBits: 1 / MULTIPLICATIONS_PER_EXPONENT_BIT,
  withFixedPart: false,
  label: 'estimated',
};

/** An exponentiation with an exponent as long as the field: inverse (Fermat) or square root (p ≡ 3 mod 4). */
const fieldExponentiation = (bits: number): PriceTerm => ({
  kind: 'exponentiation',
  modulusBytes: Math.ceil(bits / 8),
  exponentBits: bits,
  withFixedPart: true,
  label: 'estimated',
});

/** One of the doublings and additions of a scalar multiplication, then back to affine coordinates. */
const pointAddition = (ecdh: string, scalarBits: number, fieldBits: number): readonly PriceTerm[] => [
  primitive(ecdh, 'estimated', 1 / (scalarBits * 1.5)),
  fieldExponentiation(fieldBits),
];

const ADDITION_SOURCE =
  'one of the 1.5 group operations per scalar bit of the ECDH row, and one inversion by exponentiation in the RSA engine';
const DECOMPRESSION_SOURCE = 'one square root by exponentiation in the RSA engine; no subgroup check';

export const PRICE_RULES: readonly PriceRule[] = [
  { operation: 'sha256', terms: [SHA256], source: 'SHA-256 by length, whole padded blocks' },
  {
    operation: 'aes128-ecb',
    terms: [AES_ECB],
    source: 'AES-128 CBC by length, which enciphers as many blocks; without key setting and engine init',
  },
  {
    operation: 'aes128-cmac',
    terms: [AES_CMAC],
    source: 'AES-128 CBC-MAC by length and one block for the subkeys; without key setting and engine init',
  },
  {
    operation: 'aes128-gcm',
    terms: [{ kind: 'not-measured', what: 'GHASH (multiplication in GF(2^128))' }],
    source: 'no card of the data set offers GCM, and its hash is not made of anything measured',
  },
  { operation: 'rng', terms: [RANDOM_DATA], source: 'secure random data by length' },
  {
    operation: 'p256-keygen',
    terms: [primitive('ec_keygen_256', 'measured')],
    source: 'EC key pair generation on 256 bits',
  },
  {
    operation: 'p256-ecdsa-sign',
    terms: [primitive('ecdsa_sign_256', 'derived'), WITHOUT_SHA1],
    source: 'the ECDSA row less its SHA-1 over 256 bytes; the message hash is an operation of its own',
  },
  {
    operation: 'p256-ecdsa-verify',
    terms: [primitive('ecdsa_verify_256', 'derived'), WITHOUT_SHA1],
    source: 'the ECDSA row less its SHA-1 over 256 bytes; the message hash is an operation of its own',
  },
  {
    operation: 'p256-ecdh',
    terms: [primitive('ecdh_256', 'measured')],
    source: 'ECDH on 256 bits, with its SHA-1 of the x coordinate (one block)',
  },
  {
    operation: 'p256-mul',
    terms: [primitive('ecdh_256', 'derived')],
    source: 'ECDH on 256 bits on a native platform; no surcharge for full-point output',
  },
  { operation: 'p256-add', terms: pointAddition('ecdh_256', 256, 256), source: ADDITION_SOURCE },
  {
    operation: 'bls12381-g1-mul',
    terms: [primitive('ecdh_384', 'derived')],
    source: 'ECDH on 384 bits on a native platform, an upper bound for a 255-bit scalar; no surcharge',
  },
  { operation: 'bls12381-g1-add', terms: pointAddition('ecdh_384', 384, 381), source: ADDITION_SOURCE },
  {
    operation: 'bls12381-g1-decompress',
    terms: [fieldExponentiation(381)],
    source: DECOMPRESSION_SOURCE,
  },
  {
    operation: 'bn254-g1-mul',
    terms: [primitive('ecdh_256', 'derived')],
    source: 'ECDH on 256 bits on a native platform; no surcharge for full-point output',
  },
  { operation: 'bn254-g1-add', terms: pointAddition('ecdh_256', 256, 254), source: ADDITION_SOURCE },
  { operation: 'bn254-g1-decompress', terms: [fieldExponentiation(254)], source: DECOMPRESSION_SOURCE },
  {
    operation: 'modmul',
    terms: [modularMultiplication],
    source: 'two thirds of an exponent bit in the RSA engine of a native platform, next larger modulus',
  },
  {
    operation: 'modreduce',
    terms: [modularMultiplication, modularMultiplication],
    source:
      'the high part times a constant, and the low part added: one modular multiplication and one addition',
  },
  {
    operation: 'modadd',
    terms: [modularMultiplication],
    source: 'not measured by itself; bounded by one modular multiplication',
  },
  {
    operation: 'modinv',
    terms: [
      {
        kind: 'exponentiation',
        modulusBytes: 'length',
        exponentBits: 'length',
        withFixedPart: true,
        label: 'estimated',
      },
    ],
    source: 'exponentiation by p − 2 in the RSA engine, next larger modulus',
  },
  {
    operation: 'ram-copy',
    terms: [{ kind: 'linear', primitive: 'copy_ram_256', label: 'estimated' }],
    source: 'RAM copy of 256 bytes, proportional to length; the call itself is not told apart',
  },
];
