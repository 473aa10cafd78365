/** An insurer for benchmarks: signs certificates with the same engine that the cards run on. */

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
} from '../../../apdu/index.js';
import type { CryptoEngine } from '../../../applet/index.js';

/** The day of every benchmark: 2026-01-05, noon UTC. */
export const TODAY = 1_767_614_400;
const DAY = 86_400;

export type KeyPair = { readonly secretKey: Uint8Array; readonly publicKey: Uint8Array };

export function keyPairOf(engine: CryptoEngine, random: (length: number) => Uint8Array): KeyPair {
  for (;;) {
    const secretKey = random(32);
    const publicKey = engine.p256PublicKey(secretKey);
    if (publicKey) return { secretKey, publicKey };
  }
}

/** ECDSA over a statement's domain tag and fields. */
export function signFields(
  engine: CryptoEngine,
  secretKey: Uint8Array,
  statement: Statement,
  fields: Uint8Array,
): Uint8Array {
  return engine.p256EcdsaSign(secretKey, engine.sha256(signatureInput(statement.domain, fields)))!;
}

export class BenchIssuer {
  readonly signing: KeyPair;
  readonly sealing: KeyPair;
  readonly root: KeyPair;
  readonly rootReference: Uint8Array;
  /** The certificate of the CA, which signs role certificates. */
  readonly authorityCertificate: Uint8Array;
  private readonly authority: KeyPair;
  private readonly issuerReference: Uint8Array;

  constructor(
    private readonly engine: CryptoEngine,
    random: (length: number) => Uint8Array,
  ) {
    this.signing = keyPairOf(engine, random);
    this.sealing = keyPairOf(engine, random);
    this.issuerReference = random(8);
    this.root = keyPairOf(engine, random);
    this.authority = keyPairOf(engine, random);
    this.rootReference = random(8);
    this.authorityCertificate = this.certifyAuthority();
  }

  roleCertificate(role: RoleName, publicPoint: Uint8Array): Uint8Array {
    const body = {
      profile: CERTIFICATE_PROFILE.role,
      issuerReference: this.issuerReference,
      role: ROLE[role],
      publicPoint,
      effectiveDate: TODAY - DAY,
      expirationDate: TODAY + 365 * DAY,
    };
    const fields = encodeTemplate(ROLE_CERTIFICATE_BODY, body);
    const signature = signFields(this.engine, this.authority.secretKey, STATEMENT.roleCertificate, fields);
    return encodeRoleCertificate({ body, signature });
  }

  patientCertificate(
    pid: Uint8Array,
    keys: Readonly<Record<'signingKey' | 'decryptionKey' | 'delegationKey', Uint8Array>>,
  ): Uint8Array {
    const body = {
      profile: CERTIFICATE_PROFILE.patient,
      issuerReference: this.issuerReference,
      serial: pid.slice(0, 8),
      pid,
      paidUntil: TODAY + 180 * DAY,
      ...keys,
      effectiveDate: TODAY,
      expirationDate: TODAY + 365 * DAY,
    };
    const fields = encodeTemplate(PATIENT_CERTIFICATE_BODY, body);
    const signature = signFields(this.engine, this.signing.secretKey, STATEMENT.patientCertificate, fields);
    return encodePatientCertificate({ body, signature });
  }

  /** The CA and the patient certificates share one reference, as nothing here looks at the latter's. */
  private certifyAuthority(): Uint8Array {
    const body = {
      profile: CERTIFICATE_PROFILE.authority,
      issuerReference: this.rootReference,
      publicPoint: this.authority.publicKey,
      holderReference: this.issuerReference,
      effectiveDate: TODAY - DAY,
      expirationDate: TODAY + 3 * 365 * DAY,
    };
    const fields = encodeTemplate(AUTHORITY_CERTIFICATE_BODY, body);
    const signature = signFields(this.engine, this.root.secretKey, STATEMENT.authorityCertificate, fields);
    return encodeAuthorityCertificate({ body, signature });
  }
}
