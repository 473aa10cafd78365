/**
 * P1, the fixed point of a BBS credential: A = (P1 + D)/(γ + e). Nobody knows its logarithm to g, or a member
 * could trade P1 for a key of its own: it is hashed, and a test hashes it again.
 *
 * For i = 0, 1, … : x is the integer SHA-256(input, i, 0) ‖ SHA-256(input, i, 1) modulo p, with the curve's
 * name in the input; the first x of a curve point counts, with its even y, times the cofactor.
 */

import { fromHex } from '../bytes.js';
import type { CurveName } from './pairing-curve.js';

/** First input of the hashes that P1 comes from. */
export const BBS_GENERATOR_DOMAIN = 'IMIS-v1/bbs/P1';

export type FixedPoint = {
  /** Wire form. */
  readonly encoded: Uint8Array;
  /** Affine x ‖ y, a constant of the card's code. */
  readonly affine: Uint8Array;
};

export const BBS_P1: Readonly<Record<CurveName, FixedPoint>> = {
  bls12381: {
    encoded: fromHex(
      '8a5732b2fecea1491e7aec3bee34d2f7b5a40b7d52675bd785832ecf0029cd4f11b713ab64422971e6192e82dcda8ba5',
    ),
    affine: fromHex(
      `0a5732b2fecea1491e7aec3bee34d2f7b5a40b7d52675bd785832ecf0029cd4f11b713ab64422971e6192e82dcda8ba5
       0095e003605debce107d11f11425d6dc78dcc0e6287888db888d6cbc18e0ac2d86b9037981cde467254574b6ec9e7998`,
    ),
  },
  bn254: {
    encoded: fromHex('15de8d8008da49224b0e95aebbb3f82d05a8f6173e5f3386bcf3bdbb2d5754de'),
    affine: fromHex(
      `15de8d8008da49224b0e95aebbb3f82d05a8f6173e5f3386bcf3bdbb2d5754de
       17c651262a8cbd42b03af02135f5f82e0258e6c078001f4a83ea7aba07cefb9e`,
    ),
  },
};
