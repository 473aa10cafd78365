/**
 * The suites of the group signature: a scheme over a curve. The identifier on the wire names the pair; it
 * is the first byte of the group public key, so no signature of one suite verifies under another's key.
 *
 * To add a suite: a row here, its encodings beside `ps-g1-*.ts`, the card's side as a row of
 * `applet/crypto/group-scheme.ts`, the host's as a row of `host/crypto/group-signature/schemes.ts`.
 */

import { type CurveName, PAIRING_CURVES, type PairingCurve } from './pairing-curve.js';

/**
 * `ps-g1`: Pointcheval and Sanders, commitment in G1; who has sk recognises that card's signatures.
 * `bbs`: Camenisch, Drijvers and Lehmann with an encrypted identity; only the opening service recognises them.
 */
export type GroupSchemeName = 'ps-g1' | 'bbs';
export type GroupSuiteName = `${GroupSchemeName}-${CurveName}`;

export type GroupSuite = {
  readonly name: GroupSuiteName;
  /** Suite identifier on the wire, one byte. */
  readonly id: number;
  readonly scheme: GroupSchemeName;
  readonly curve: PairingCurve;
  /** Group signature on the wire, bytes. */
  readonly signatureBytes: number;
  /** Credential on the wire, the issuer's proof in it; bytes. */
  readonly credentialBytes: number;
};

const { bls12381, bn254 } = PAIRING_CURVES;

export const GROUP_SUITES: Readonly<Record<GroupSuiteName, GroupSuite>> = {
  'ps-g1-bls12381': {
    name: 'ps-g1-bls12381',
    id: 1,
    scheme: 'ps-g1',
    curve: bls12381,
    signatureBytes: 184,
    credentialBytes: 159,
  },
  'ps-g1-bn254': {
    name: 'ps-g1-bn254',
    id: 2,
    scheme: 'ps-g1',
    curve: bn254,
    signatureBytes: 136,
    credentialBytes: 127,
  },
  'bbs-bls12381': {
    name: 'bbs-bls12381',
    id: 3,
    scheme: 'bbs',
    curve: bls12381,
    signatureBytes: 351,
    credentialBytes: 335,
  },
  'bbs-bn254': {
    name: 'bbs-bn254',
    id: 4,
    scheme: 'bbs',
    curve: bn254,
    signatureBytes: 287,
    credentialBytes: 319,
  },
};

/** The suite with wire identifier `id`, or `undefined`. */
export function groupSuiteById(id: number): GroupSuite | undefined {
  return Object.values(GROUP_SUITES).find((suite) => suite.id === id);
}

/** The suite of a scheme over a curve. */
export function groupSuiteOf(scheme: GroupSchemeName, curve: CurveName): GroupSuite {
  return GROUP_SUITES[`${scheme}-${curve}`];
}

/** The suite that a group public key of any scheme names in its first byte, or `undefined`. */
export function suiteOfPublicKey(publicKey: Uint8Array): GroupSuite | undefined {
  return publicKey.length > 0 ? groupSuiteById(publicKey[0]!) : undefined;
}
