/** An insurer for tests: its keys, and the certificates that cards are personalised with. Everything follows from the seed. */

import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import {
  AUTHORITY_CERTIFICATE_BODY,
  CERTIFICATE_PROFILE,
  encodeAuthorityCertificate,
  encodePatientCertificate,
  encodeRoleCertificate,
  encodeTemplate,
  PATIENT_CERTIFICATE_BODY,
  ROLE,
  ROLE_CERTIFICATE_BODY,
  type RoleName,
  STATEMENT,
  type Statement,
  signatureInput,
} from '../../apdu/index.js';
import { seededBytes } from './seeded-random.js';

/** The day of every test: 2026-01-05, noon UTC. */
export const TODAY = 1_767_614_400;
const YEAR = 365 * 86_400;

export type KeyPair = { readonly secretKey: Uint8Array; readonly publicKey: Uint8Array };

/** A P-256 key pair, 32 bytes and 33 bytes. */
export function keyPairOf(random: (length: number) => Uint8Array): KeyPair {
  const { secretKey } = p256.keygen(random(48));
  return { secretKey, publicKey: p256.getPublicKey(secretKey, true) };
}

/** ECDSA over the statement's domain tag and fields, r ‖ s. */
export function signFields(secretKey: Uint8Array, statement: Statement, fields: Uint8Array): Uint8Array {
  return p256.sign(sha256(signatureInput(statement.domain, fields)), secretKey, { prehash: false });
}

export function isSignatureOn(
  publicKey: Uint8Array,
  statement: Statement,
  fields: Uint8Array,
  signature: Uint8Array,
): boolean {
  const digest = sha256(signatureInput(statement.domain, fields));
  return p256.verify(signature, digest, publicKey, { prehash: false, lowS: false });
}

/** Public keys that a patient certificate names. */
export type CertifiedKeys = {
  readonly signingKey: Uint8Array;
  readonly decryptionKey: Uint8Array;
  readonly delegationKey: Uint8Array;
};

export class TestAuthority {
  readonly signing: KeyPair;
  readonly sealing: KeyPair;
  readonly issuerReference: Uint8Array;
  /** The root, and the CA under it that signs role certificates. */
  readonly root: KeyPair;
  readonly rootReference: Uint8Array;
  readonly authority: KeyPair;
  readonly authorityReference: Uint8Array;
  readonly authorityCertificate: Uint8Array;

  constructor(seed: number) {
    const random = seededBytes(seed, 'authority');
    this.signing = keyPairOf(random);
    this.sealing = keyPairOf(random);
    this.issuerReference = random(8);
    this.root = keyPairOf(random);
    this.rootReference = random(8);
    this.authority = keyPairOf(random);
    this.authorityReference = random(8);
    this.authorityCertificate = this.certifyAuthority();
  }

  private certifyAuthority(): Uint8Array {
    const body = {
      profile: CERTIFICATE_PROFILE.authority,
      issuerReference: this.rootReference,
      publicPoint: this.authority.publicKey,
      holderReference: this.authorityReference,
      effectiveDate: TODAY - 2 * 86_400,
      expirationDate: TODAY + 3 * YEAR,
    };
    const fields = encodeTemplate(AUTHORITY_CERTIFICATE_BODY, body);
    const signature = signFields(this.root.secretKey, STATEMENT.authorityCertificate, fields);
    return encodeAuthorityCertificate({ body, signature });
  }

  roleCertificate(role: RoleName, publicPoint: Uint8Array, expirationDate = TODAY + YEAR): Uint8Array {
    const issuerReference = this.authorityReference;
    const effectiveDate = TODAY - 86_400;
    const body = {
      profile: CERTIFICATE_PROFILE.role,
      issuerReference,
      role: ROLE[role],
      publicPoint,
      effectiveDate,
      expirationDate,
    };
    const fields = encodeTemplate(ROLE_CERTIFICATE_BODY, body);
    const signature = signFields(this.authority.secretKey, STATEMENT.roleCertificate, fields);
    return encodeRoleCertificate({ body, signature });
  }

  patientCertificate(pid: Uint8Array, keys: CertifiedKeys, effectiveDate = TODAY): Uint8Array {
    const body = {
      profile: CERTIFICATE_PROFILE.patient,
      issuerReference: this.issuerReference,
      serial: pid.slice(0, 8),
      pid,
      paidUntil: TODAY + YEAR / 2,
      ...keys,
      effectiveDate,
      expirationDate: TODAY + YEAR,
    };
    const fields = encodeTemplate(PATIENT_CERTIFICATE_BODY, body);
    const signature = signFields(this.signing.secretKey, STATEMENT.patientCertificate, fields);
    return encodePatientCertificate({ body, signature });
  }
}
