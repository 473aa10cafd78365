/** The issuing authority of the suite (a test NHI): keys, certificates and statements, from a seed. */

import {
  AUTHORITY_CERTIFICATE_BODY,
  CERTIFICATE_PROFILE,
  encodeAuthorityCertificate,
  encodePatientCertificate,
  encodeRoleCertificate,
  encodeTemplate,
  FIELD,
  PATIENT_CERTIFICATE_BODY,
  type PatientCertificate,
  ROLE,
  ROLE_CERTIFICATE_BODY,
  type RoleName,
  STATEMENT,
  type Statement,
  signatureInput,
  utf8ToBytes,
  type ValuesOf,
} from '../../apdu/index.js';
import type { CardSecrets } from '../secrets.js';
import { isSignature, keysFrom, makeKeys, type P256Keys, sign } from './p256.js';
import { SeededRandom } from './seeded-random.js';

const DAY = 86_400;
/** The date of personalisation of every card of the suite: 2025-06-15T15:06:40Z, in seconds since 1970. */
export const TODAY = 1_750_000_000;

/** What a role certificate says, where it differs from a good one. */
export type RoleCertificateChanges = {
  readonly role?: number;
  readonly publicPoint?: Uint8Array;
  readonly effectiveDate?: number;
  readonly expirationDate?: number;
  /** The authority it names. */
  readonly issuerReference?: Uint8Array;
  readonly profile?: number;
  /** Who signs. */
  readonly signer?: P256Keys;
};

/** What a CA certificate says, where it differs from a good one. */
export type AuthorityCertificateChanges = {
  readonly profile?: number;
  readonly issuerReference?: Uint8Array;
  readonly holderReference?: Uint8Array;
  readonly publicPoint?: Uint8Array;
  readonly effectiveDate?: number;
  readonly expirationDate?: number;
  readonly signer?: P256Keys;
};

export class TestIssuer {
  /** SK_NHI: signs patient certificates and credentials. */
  readonly keys: P256Keys;
  /** Signs certificates of CAs. */
  readonly rootKeys: P256Keys;
  readonly rootReference: Uint8Array;
  /** Signs role certificates. */
  readonly authorityKeys: P256Keys;
  readonly authorityReference: Uint8Array;
  /** Envelopes are sealed to these. */
  readonly sealingKeys: P256Keys;
  /** An authority that the cards do not know. */
  readonly strangerKeys: P256Keys;
  readonly pin: Uint8Array;
  readonly wrongPin: Uint8Array;
  readonly puk: Uint8Array;
  readonly wrongPuk: Uint8Array;
  /** Static keys of the secure channel; absent for the test batch, whose keys derive from a well-known one. */
  readonly channelKeys: CardSecrets['scp03'];
  /** The PIN is that of a card which this suite did not personalise. */
  readonly hasSecretPin: boolean;
  readonly emergency = utf8ToBytes('penicillin: anaphylaxis');
  readonly doctorId = 'D-104217';
  readonly pid: Uint8Array;
  private readonly roleKeys: Readonly<Record<RoleName, P256Keys>>;
  private readonly reference: Uint8Array;

  constructor(
    readonly seed: number,
    { pin, puk, scp03, authority }: CardSecrets = {},
  ) {
    const keys = (label: string) => makeKeys(this.random(label));
    this.hasSecretPin = pin !== undefined;
    this.pin = pin ?? utf8ToBytes('135790');
    this.wrongPin = withOtherEnd(this.pin);
    this.puk = puk ?? utf8ToBytes('24681357');
    this.wrongPuk = withOtherEnd(this.puk);
    this.channelKeys = scp03;
    this.keys = keys('issuer signature key');
    this.rootKeys = keys('root key');
    this.authorityKeys = authority ? keysFrom(authority.secretKey) : keys('CA key');
    this.sealingKeys = keys('issuer decryption key');
    this.strangerKeys = keys('stranger');
    this.roleKeys = {
      holder: keys('role holder'),
      doctor: keys('role doctor'),
      staff: keys('role staff'),
      pharmacy: keys('role pharmacy'),
      nhi: keys('role nhi'),
    };
    this.pid = this.random('pid').bytes(FIELD.pid.max);
    const reference = (label: string) => this.random(label).bytes(FIELD.issuerReference.max);
    this.reference = reference('authority reference');
    this.rootReference = reference('root reference');
    this.authorityReference = authority?.reference ?? reference('CA reference');
  }

  /** A stream of bytes for one purpose. */
  random(label: string): SeededRandom {
    return new SeededRandom(this.seed, label);
  }

  /** The role key that all cards of a role share. */
  roleKey(role: RoleName): P256Keys {
    return this.roleKeys[role];
  }

  /** A role certificate, good unless changed. */
  roleCertificate(role: RoleName, changes: RoleCertificateChanges = {}): Uint8Array {
    const body: ValuesOf<typeof ROLE_CERTIFICATE_BODY> = {
      profile: changes.profile ?? CERTIFICATE_PROFILE.role,
      issuerReference: changes.issuerReference ?? this.authorityReference,
      role: changes.role ?? ROLE[role],
      publicPoint: changes.publicPoint ?? this.roleKeys[role].publicKey,
      effectiveDate: changes.effectiveDate ?? TODAY - 30 * DAY,
      expirationDate: changes.expirationDate ?? TODAY + 365 * DAY,
    };
    const signer = changes.signer ?? this.authorityKeys;
    const fields = encodeTemplate(ROLE_CERTIFICATE_BODY, body);
    return encodeRoleCertificate({
      body,
      signature: signStatement(signer, STATEMENT.roleCertificate, fields),
    });
  }

  /** The certificate of the CA, good unless changed. */
  authorityCertificate(changes: AuthorityCertificateChanges = {}): Uint8Array {
    const body: ValuesOf<typeof AUTHORITY_CERTIFICATE_BODY> = {
      profile: changes.profile ?? CERTIFICATE_PROFILE.authority,
      issuerReference: changes.issuerReference ?? this.rootReference,
      publicPoint: changes.publicPoint ?? this.authorityKeys.publicKey,
      holderReference: changes.holderReference ?? this.authorityReference,
      effectiveDate: changes.effectiveDate ?? TODAY - 400 * DAY,
      expirationDate: changes.expirationDate ?? TODAY + 2000 * DAY,
    };
    const fields = encodeTemplate(AUTHORITY_CERTIFICATE_BODY, body);
    const signature = signStatement(changes.signer ?? this.rootKeys, STATEMENT.authorityCertificate, fields);
    return encodeAuthorityCertificate({ body, signature });
  }

  /** A patient certificate for the public keys that a card made. */
  patientCertificate(
    publicKeys: Pick<PatientCertificate['body'], 'signingKey' | 'decryptionKey' | 'delegationKey'>,
    signer: P256Keys = this.keys,
    pid: Uint8Array = this.pid,
  ): Uint8Array {
    const body: PatientCertificate['body'] = {
      profile: CERTIFICATE_PROFILE.patient,
      issuerReference: this.reference,
      serial: this.random('certificate serial').bytes(FIELD.serial.max),
      pid,
      paidUntil: TODAY + 180 * DAY,
      ...publicKeys,
      effectiveDate: TODAY - DAY,
      expirationDate: TODAY + 5 * 365 * DAY,
    };
    const fields = encodeTemplate(PATIENT_CERTIFICATE_BODY, body);
    return encodePatientCertificate({
      body,
      signature: signStatement(signer, STATEMENT.patientCertificate, fields),
    });
  }

  /** A point in time from the day of personalisation, in seconds since 1970. */
  static daysAfterToday(days: number): number {
    return TODAY + days * DAY;
  }
}

/** The same digits but for the last bit of the last one. */
function withOtherEnd(value: Uint8Array): Uint8Array {
  const changed = value.slice();
  changed[changed.length - 1]! ^= 0x01;
  return changed;
}

/** Signature (r ‖ s) on a statement's canonical fields. */
export function signStatement(keys: P256Keys, statement: Statement, fields: Uint8Array): Uint8Array {
  return sign(keys.secretKey, signatureInput(statement.domain, fields));
}

/** Whether a key signed exactly these fields; `false` for bytes that are no key. */
export function isStatementSignature(
  publicKey: Uint8Array,
  statement: Statement,
  fields: Uint8Array,
  signature: Uint8Array,
): boolean {
  return isSignature(publicKey, signatureInput(statement.domain, fields), signature);
}
