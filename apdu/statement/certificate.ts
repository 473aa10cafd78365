/** Card-verifiable certificates (ISO/IEC 7816-8:2019, annex B; outer tags as in 7816-6): body and signature. */

import { decodeTemplate, encodeTemplate, templateObject, type ValuesOf } from '../template.js';
import { decodeTlv, decodeTlvs, encodeTlv, TlvError } from '../tlv.js';
import { FIELD } from './fields.js';
import { AUTHORITY_CERTIFICATE_BODY, PATIENT_CERTIFICATE_BODY, ROLE_CERTIFICATE_BODY } from './statements.js';

const CV_CERTIFICATE_TAG = 0x7f21;
const CV_BODY_TAG = 0x7f4e;

/** Room for a certificate of the chain that proves a role, in bytes. */
export const CHAIN_CERTIFICATE_BYTES = 160;

/** What a certificate is for: its first field, under the signature. */
export const CERTIFICATE_PROFILE = { patient: 1, role: 2, authority: 3 } as const;

const PATIENT_CERTIFICATE = {
  body: templateObject(CV_BODY_TAG, 'certificate body', PATIENT_CERTIFICATE_BODY),
  signature: FIELD.signature,
} as const;

const AUTHORITY_CERTIFICATE = {
  body: templateObject(CV_BODY_TAG, 'certificate body', AUTHORITY_CERTIFICATE_BODY),
  signature: FIELD.signature,
} as const;

const ROLE_CERTIFICATE = {
  body: templateObject(CV_BODY_TAG, 'certificate body', ROLE_CERTIFICATE_BODY),
  signature: FIELD.signature,
} as const;

/** The patient certificate as a data object of commands and messages. */
export const PATIENT_CERTIFICATE_OBJECT = templateObject(
  CV_CERTIFICATE_TAG,
  'patient certificate PCert',
  PATIENT_CERTIFICATE,
);
/** The role certificate as a data object of commands and messages. */
export const ROLE_CERTIFICATE_OBJECT = templateObject(
  CV_CERTIFICATE_TAG,
  'role certificate',
  ROLE_CERTIFICATE,
);

export type PatientCertificate = ValuesOf<typeof PATIENT_CERTIFICATE>;
export type AuthorityCertificate = ValuesOf<typeof AUTHORITY_CERTIFICATE>;
export type RoleCertificate = ValuesOf<typeof ROLE_CERTIFICATE>;

/** A certificate of the chain that proves a role. */
export type ChainCertificate =
  | ({ readonly kind: 'authority' } & AuthorityCertificate)
  | ({ readonly kind: 'role' } & RoleCertificate);

/** Bytes of a patient certificate, tag 7F21 included. */
export function encodePatientCertificate(certificate: PatientCertificate): Uint8Array {
  return encodeTlv(CV_CERTIFICATE_TAG, encodeTemplate(PATIENT_CERTIFICATE, certificate));
}

/** @throws {TlvError} when the bytes are no patient certificate; the signature is not checked here. */
export function decodePatientCertificate(bytes: Uint8Array): PatientCertificate {
  return decodeTemplate(PATIENT_CERTIFICATE, certificateValue(bytes));
}

/** Bytes of the certificate of NHI's CA, tag 7F21 included. */
export function encodeAuthorityCertificate(certificate: AuthorityCertificate): Uint8Array {
  return encodeTlv(CV_CERTIFICATE_TAG, encodeTemplate(AUTHORITY_CERTIFICATE, certificate));
}

/** Bytes of a role certificate, tag 7F21 included. */
export function encodeRoleCertificate(certificate: RoleCertificate): Uint8Array {
  return encodeTlv(CV_CERTIFICATE_TAG, encodeTemplate(ROLE_CERTIFICATE, certificate));
}

/** @throws {TlvError} when the bytes are no role certificate; the signature is not checked here. */
export function decodeRoleCertificate(bytes: Uint8Array): RoleCertificate {
  return decodeTemplate(ROLE_CERTIFICATE, certificateValue(bytes));
}

/**
 * A certificate of the role chain; its profile says which kind it is.
 * @throws {TlvError} when the bytes are neither kind; the signature is not checked here.
 */
export function decodeChainCertificate(bytes: Uint8Array): ChainCertificate {
  const value = certificateValue(bytes);
  const [body] = decodeTlvs(value);
  const [profile] = body?.tag === CV_BODY_TAG ? decodeTlvs(body.value) : [];
  if (profile?.tag === FIELD.profile.tag && profile.value[0] === CERTIFICATE_PROFILE.authority) {
    return { kind: 'authority', ...decodeTemplate(AUTHORITY_CERTIFICATE, value) };
  }
  const certificate = decodeTemplate(ROLE_CERTIFICATE, value);
  if (certificate.body.profile !== CERTIFICATE_PROFILE.role) {
    throw new TlvError('a profile of no certificate that proves a role', 0);
  }
  return { kind: 'role', ...certificate };
}

function certificateValue(bytes: Uint8Array): Uint8Array {
  const outer = decodeTlv(bytes);
  if (outer.tag !== CV_CERTIFICATE_TAG) throw new TlvError('no certificate (tag 7f21)', 0);
  return outer.value;
}

/** Roles that a role certificate can state. */
export const ROLE = { none: 0, holder: 1, doctor: 2, staff: 3, pharmacy: 4, nhi: 5 } as const;
export type RoleName = Exclude<keyof typeof ROLE, 'none'>;
