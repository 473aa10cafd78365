/** SK_NHI: patient certificates, and whatever else NHI signs by the paper's equations. Roles have authorities of their own. */

import {
  CERTIFICATE_PROFILE,
  type PatientCertificate,
  STATEMENT,
  type Statement,
  utf8ToBytes,
  type ValuesOf,
} from '../../apdu/index.js';
import type { Clock } from '../clock.js';
import type { EcKeyPair } from '../crypto/ecdsa.js';
import type { Rng } from '../crypto/random.js';
import { signStatement, verifyStatement } from '../protocol/signed-statement.js';
import { type KeyStore, keyPairNamed } from '../storage/key-store.js';

/** Certification authority reference in every certificate. */
const ISSUER_REFERENCE = utf8ToBytes('TWNHI001');
const YEAR_SECONDS = 365 * 24 * 3600;
const PATIENT_CERTIFICATE_YEARS = 5;

/** What a patient certificate says about one patient; dates and serial are the authority's. */
export type PatientCertificateSubject = Pick<
  PatientCertificate['body'],
  'pid' | 'paidUntil' | 'signingKey' | 'decryptionKey' | 'delegationKey' | 'agentKey'
>;

export class CertificateAuthority {
  private readonly keys: EcKeyPair;

  constructor(
    private readonly clock: Clock,
    private readonly rng: Rng,
    keys: KeyStore,
  ) {
    this.keys = keyPairNamed(keys, 'nhi-signature', rng);
  }

  get publicKey(): Uint8Array {
    return this.keys.publicKey;
  }

  /** @param notBefore the certificate is effective now, or then if that is later. */
  issuePatientCertificate(subject: PatientCertificateSubject, notBefore = 0): PatientCertificate {
    const now = Math.max(this.clock.now(), notBefore);
    const body = {
      ...subject,
      profile: CERTIFICATE_PROFILE.patient,
      issuerReference: ISSUER_REFERENCE,
      serial: this.rng.bytes(8),
      effectiveDate: now,
      expirationDate: now + PATIENT_CERTIFICATE_YEARS * YEAR_SECONDS,
    };
    return { body, signature: this.sign(STATEMENT.patientCertificate, body) };
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
