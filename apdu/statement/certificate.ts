/** Card-verifiable certificates (ISO/IEC 7816-8:2019, annex B; outer tags as in 7816-6): body and signature. */

import { decodeTemplate, encodeTemplate, templateObject, type ValuesOf } from '../template.js';
import { decodeTlv, encodeTlv, TlvError } from '../tlv.js';
import { FIELD } from './fields.js';
import { PATIENT_CERTIFICATE_BODY, ROLE_CERTIFICATE_BODY } from './statements.js';

const CV_CERTIFICATE_TAG = 0x7f21;
const CV_BODY_TAG = 0x7f4e;

const PATIENT_CERTIFICATE = {
  body: templateObject(CV_BODY_TAG, 'certificate body', PATIENT_CERTIFICATE_BODY),
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
export type RoleCertificate = ValuesOf<typeof ROLE_CERTIFICATE>;

/** Bytes of a patient certificate, tag 7F21 included. */
export function encodePatientCertificate(certificate: PatientCertificate): Uint8Array {
  return encodeTlv(CV_CERTIFICATE_TAG, encodeTemplate(PATIENT_CERTIFICATE, certificate));
}

/** @throws {TlvError} when the bytes are no patient certificate; the signature is not checked here. */
export function decodePatientCertificate(bytes: Uint8Array): PatientCertificate {
  return decodeTemplate(PATIENT_CERTIFICATE, certificateValue(bytes));
}

/** Bytes of a role certificate, tag 7F21 included. */
export function encodeRoleCertificate(certificate: RoleCertificate): Uint8Array {
  return encodeTlv(CV_CERTIFICATE_TAG, encodeTemplate(ROLE_CERTIFICATE, certificate));
}

/** @throws {TlvError} when the bytes are no role certificate; the signature is not checked here. */
export function decodeRoleCertificate(bytes: Uint8Array): RoleCertificate {
  return decodeTemplate(ROLE_CERTIFICATE, certificateValue(bytes));
}

function certificateValue(bytes: Uint8Array): Uint8Array {
  const outer = decodeTlv(bytes);
  if (outer.tag !== CV_CERTIFICATE_TAG) throw new TlvError('no certificate (tag 7f21)', 0);
  return outer.value;
}

/** Roles that a role certificate can state. */
export const ROLE = { none: 0, holder: 1, doctor: 2, staff: 3, pharmacy: 4, nhi: 5 } as const;
export type RoleName = Exclude<keyof typeof ROLE, 'none'>;
