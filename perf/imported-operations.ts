/** Rows of the data set's files of all operations that the full model needs beside `profiles.json`. */
import { z } from 'zod';
import type { CardTiming, PrimitiveFigure } from './card-profile.js';

const row = z.object({
  fixed: z.object({
    ms: z.number().nullable().optional(),
    se: z.number().optional(),
    len: z.number().optional(),
    why: z.string().optional(),
  }),
});

/** Operations of one `cards/<key>.json`, by the name the measuring applet prints. Others are left out. */
export const measuredOperationsSchema = z.record(z.string(), z.unknown()).transform((operations) =>
  Object.fromEntries(
    Object.entries(operations).flatMap(([name, value]) => {
      const parsed = row.safeParse(value);
      return parsed.success ? [[name, parsed.data] as const] : [];
    }),
  ),
);
export type MeasuredOperations = Readonly<Record<string, z.infer<typeof row>>>;

const RSA_BITS = [512, 736, 768, 896, 1024, 1280, 1536, 1984, 2048] as const;
const RSA_KEY_BITS = [512, 768, 1024, 2048] as const;
const ECDSA = 'KeyPair_ALG_EC_FP KeyBuilder_LENGTH_EC_FP_384 Signature_ALG_ECDSA_SHA Signature';

const rsa = (kind: 'PUBLIC' | 'PRIVATE', bits: number, call: string) =>
  `TYPE_RSA_${kind} LENGTH_RSA_${bits} ALG_RSA_NOPAD Cipher_${call}()`;

/** Name in a profile → name in the data. Figures that `profiles.json` has under the same name win. */
const ROWS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    RSA_KEY_BITS.flatMap((bits) => [
      [`rsa_pub_init_${bits}`, rsa('PUBLIC', bits, 'init')],
      [`rsa_priv_init_${bits}`, rsa('PRIVATE', bits, 'init')],
      [`rsa_priv_setExp_${bits}`, `TYPE_RSA_PRIVATE LENGTH_RSA_${bits} setExponent()`],
      [`rsa_priv_setMod_${bits}`, `TYPE_RSA_PRIVATE LENGTH_RSA_${bits} setModulus()`],
    ]),
  ),
  ec_setS_384: 'TYPE_EC_FP_PRIVATE LENGTH_EC_FP_384 setS()',
  ec_setW_384: 'TYPE_EC_FP_PUBLIC LENGTH_EC_FP_384 setW()',
  ec_getW_384: 'TYPE_EC_FP_PUBLIC LENGTH_EC_FP_384 getW()',
  ecdh_init_384: 'ALG_EC_FP LENGTH_EC_FP_384 ALG_EC_SVDP_DH KeyAgreement_init()',
  ecdsa_init_384: `${ECDSA}_init()`,
  ecdsa_verify_384: `${ECDSA}_verify()`,
  sha256_reset_256B: 'ALG_SHA_256 MessageDigest_reset()',
  copy_nvm_nonatomic_256: 'UTIL Util_arrayCopyNonAtomic_EEPROM()',
};

/** The rows a card has; a time below nothing is a spoilt baseline and left out. */
export function importOperations(operations: MeasuredOperations): CardTiming['primitives'] {
  return Object.fromEntries(
    Object.entries(ROWS).flatMap(([name, source]) => {
      const measured = operations[source]?.fixed;
      if (measured?.ms === undefined || measured.ms === null || measured.ms < 0) return [];
      const figure: PrimitiveFigure = {
        ms: measured.ms,
        standardErrorMs: measured.se ?? 0,
        lengthBytes: measured.len !== undefined && measured.len > 0 ? measured.len : null,
        label: 'measured',
      };
      return [[name, figure] as const];
    }),
  );
}

/** 65537, the exponent of the measured public keys. */
const PUBLIC_EXPONENT_BITS = 17;

/**
 * Modular exponentiation by modulus size, from the two operations timed on it: one with the public exponent,
 * one with a private exponent as long as the modulus. A straight line through both.
 */
export function engineSizes(operations: MeasuredOperations): CardTiming['modularExponentiation'] {
  return Object.fromEntries(
    RSA_BITS.flatMap((bits) => {
      const publicMs = operations[rsa('PUBLIC', bits, 'doFinal')]?.fixed.ms;
      const privateMs = operations[rsa('PRIVATE', bits, 'doFinal')]?.fixed.ms;
      if (publicMs === undefined || publicMs === null || privateMs === undefined || privateMs === null) {
        return [];
      }
      const slope = (privateMs - publicMs) / (bits - PUBLIC_EXPONENT_BITS);
      if (slope <= 0) return [];
      return [
        [
          String(bits),
          {
            msPerExponentBit: Number(slope.toFixed(5)),
            fixedMs: Number((publicMs - PUBLIC_EXPONENT_BITS * slope).toFixed(3)),
            label: 'derived' as const,
          },
        ] as const,
      ];
    }),
  );
}
