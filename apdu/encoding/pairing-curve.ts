/**
 * The two pairing-friendly curves of the group signatures, as one table: sizes, order, generators.
 *
 * G1 points: BLS12-381 compressed as in the ZCash serialisation (draft-irtf-cfrg-pairing-friendly-curves,
 * appendix C); BN x as 32 bytes with bit 255 = parity of y. G2 points: BLS12-381 compressed likewise;
 * BN uncompressed as in EIP-197 (x imaginary, x real, y imaginary, y real). The point at infinity is
 * never a valid value anywhere in this system.
 */

import { fromHex } from '../bytes.js';

/** `bls12381` by default; `bn254` (alt_bn128, about 100-bit security) for cards without 381-bit fields. */
export type CurveName = 'bls12381' | 'bn254';

/** Length of a scalar on every curve, in bytes. */
export const SCALAR_BYTES = 32;

export type PairingCurve = {
  readonly name: CurveName;
  /** Encoded G1 point, bytes. */
  readonly g1Bytes: number;
  /** G1 point as affine x ‖ y, the form in which a card computes; bytes. */
  readonly g1AffineBytes: number;
  /** Encoded G2 point, bytes. */
  readonly g2Bytes: number;
  /** Whether G1 is the whole curve; if not, subgroup membership must be proven by r·P = O. */
  readonly cofactorOne: boolean;
  /** Modulus p of the field under G1, as long as a coordinate, big-endian. */
  readonly fieldModulus: Uint8Array;
  /** Order r of the groups, 32 bytes big-endian. */
  readonly order: Uint8Array;
  /** Generator g of G1, encoded. */
  readonly g1Generator: Uint8Array;
  /** Generator g as affine x ‖ y, a constant of the card's code. */
  readonly g1GeneratorAffine: Uint8Array;
  /** Generator g~ of G2, encoded. */
  readonly g2Generator: Uint8Array;
};

export const PAIRING_CURVES: Readonly<Record<CurveName, PairingCurve>> = {
  bls12381: {
    name: 'bls12381',
    g1Bytes: 48,
    g1AffineBytes: 96,
    g2Bytes: 96,
    cofactorOne: false,
    fieldModulus: fromHex(
      '1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab',
    ),
    order: fromHex('73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001'),
    g1Generator: fromHex(
      '97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb',
    ),
    g1GeneratorAffine: fromHex(
      `17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb
       08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1`,
    ),
    g2Generator: fromHex(
      `93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e
       024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8`,
    ),
  },
  bn254: {
    name: 'bn254',
    g1Bytes: 32,
    g1AffineBytes: 64,
    g2Bytes: 128,
    cofactorOne: true,
    fieldModulus: fromHex('30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47'),
    order: fromHex('30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001'),
    // x = 1, y = 2
    g1Generator: fromHex(`${'00'.repeat(31)}01`),
    g1GeneratorAffine: fromHex(`${'00'.repeat(31)}01${'00'.repeat(31)}02`),
    g2Generator: fromHex(
      `198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2
       1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed
       090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b
       12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa`,
    ),
  },
};

/** Whether `scalar` is 32 bytes big-endian below the order of `curve`. Public values only. */
export function isScalar(curve: PairingCurve, scalar: Uint8Array): boolean {
  if (scalar.length !== SCALAR_BYTES) return false;
  for (let i = 0; i < SCALAR_BYTES; i++) {
    if (scalar[i] !== curve.order[i]) return scalar[i]! < curve.order[i]!;
  }
  return false;
}
