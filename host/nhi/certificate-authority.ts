/** NHI's certificate authority (SK_NHI): patient certificates, role certificates, receipts. */

import {
  encodeRoleCertificate,
  type PatientCertificate,
  ROLE,
  type RoleName,
  STATEMENT,
  type Statement,
  utf8ToBytes,
  type ValuesOf,
} from '../../apdu/index.js';
import type { Clock } from '../clock.js';
import { type EcKeyPair, generateEcKeyPair } from '../crypto/ecdsa.js';
import type { Rng } from '../crypto/random.js';
import { signStatement, verifyStatement } from '../protocol/signed-statement.js';

/** Certification authority reference in every certificate. */
const ISSUER_REFERENCE = utf8ToBytes('TWNHI001');
const PROFILE = 1;
const YEAR_SECONDS = 365 * 24 * 3600;
const PATIENT_CERTIFICATE_YEARS = 5;
/** A role batch is renewed with the group epoch. */
const ROLE_CERTIFICATE_YEARS = 1;

/** What a patient certificate says about one patient; dates and serial are the authority's. */
export type PatientCertificateSubject = Pick<
  PatientCertificate['body'],
  'pid' | 'paidUntil' | 'signingKey' | 'decryptionKey' | 'delegationKey' | 'agentKey'
>;

/** Key and certificate that a batch of cards shares. */
export type RoleBatch = { readonly roleKey: Uint8Array; readonly roleCertificate: Uint8Array };

export class CertificateAuthority {
  private readonly keys: EcKeyPair;
  private readonly batches = new Map<RoleName, RoleBatch>();

  constructor(
    private readonly clock: Clock,
    private readonly rng: Rng,
  ) {
    this.keys = generateEcKeyPair(rng);
  }

  get publicKey(): Uint8Array {
    return this.keys.publicKey;
  }

  /** @param notBefore the certificate is effective now, or then if that is later. */
  issuePatientCertificate(subject: PatientCertificateSubject, notBefore = 0): PatientCertificate {
    const now = Math.max(this.clock.now(), notBefore);
    const body = {
      ...subject,
      profile: PROFILE,
      issuerReference: ISSUER_REFERENCE,
      serial: this.rng.bytes(8),
      effectiveDate: now,
      expirationDate: now + PATIENT_CERTIFICATE_YEARS * YEAR_SECONDS,
    };
    return { body, signature: this.sign(STATEMENT.patientCertificate, body) };
  }

  /** The current batch of a role; its key and certificate go onto at least a thousand cards. */
  roleBatch(role: RoleName): RoleBatch {
    const known = this.batches.get(role);
    if (known) return known;
    const pair = generateEcKeyPair(this.rng);
    const now = this.clock.now();
    const body = {
      profile: PROFILE,
      issuerReference: ISSUER_REFERENCE,
      role: ROLE[role],
      publicPoint: pair.publicKey,
      effectiveDate: now,
      expirationDate: now + ROLE_CERTIFICATE_YEARS * YEAR_SECONDS,
    };
    const signature = this.sign(STATEMENT.roleCertificate, body);
    const batch = { roleKey: pair.secretKey, roleCertificate: encodeRoleCertificate({ body, signature }) };
    this.batches.set(role, batch);
    return batch;
  }

  /** Signs one of NHI's own statements. */
  sign<const S extends Statement>(statement: S, fields: ValuesOf<S['fields']>): Uint8Array {
    return signStatement(this.keys.secretKey, statement, fields);
  }
}

/** Whether NHI (with `issuerKey`) issued the certificate and it is within its dates at `now`. */
export function verifyPatientCertificate(
  issuerKey: Uint8Array,
  { body, signature }: PatientCertificate,
  now: number,
): boolean {
  const current = body.effectiveDate <= now && now <= body.expirationDate;
  return current && verifyStatement(issuerKey, STATEMENT.patientCertificate, body, signature);
}
