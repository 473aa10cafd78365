/**
 * X.509 certificates (RFC 5280) of P-256 keys, in DER, as far as a hospital's log-in needs them: for middleware
 * that knows nothing of card-verifiable certificates. Written here because a seeded visit must repeat byte for byte:
 * the library that makes the services' certificates (`host/http/service-certificates.ts`) signs with a scalar of its own.
 */

import { concatBytes, encodeTlv, utf8ToBytes } from '../../apdu/index.js';
import { signEcdsa, uncompressedPoint } from '../crypto/ecdsa.js';

/** What a certificate says. Times are seconds since 1970. */
export type CertificateContent = {
  /** Positive, at most 20 bytes. */
  readonly serial: Uint8Array;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  readonly notBefore: number;
  readonly notAfter: number;
  /** Compressed point. */
  readonly publicKey: Uint8Array;
  /** SHA-256 of the issuer's and of the subject's point, the first 20 bytes (RFC 7093, method 1). */
  readonly issuerKeyIdentifier: Uint8Array;
  readonly subjectKeyIdentifier: Uint8Array;
  readonly use: 'authority' | 'log-in';
  /** Subject alternative name, a URI. */
  readonly uri?: string;
};

export type DistinguishedName = { readonly organization: string; readonly commonName: string };

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  text: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;
const VERSION_3 = 2;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const GENERAL_NAME_URI = 0x86;
const AUTHORITY_KEY_IDENTIFIER = 0x80;
/** From this year on times need four digits of the year (RFC 5280, 4.1.2.5). */
const FIRST_GENERALIZED_YEAR = 2050;

const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAlternativeName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  clientAuthentication: '1.3.6.1.5.5.7.3.2',
  smartCardLogOn: '1.3.6.1.4.1.311.20.2.2',
  ecPublicKey: '1.2.840.10045.2.1',
  p256: '1.2.840.10045.3.1.7',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const;

/** Named bits of KeyUsage (RFC 5280, 4.2.1.3) as a BIT STRING: unused bits, then the bits from the left. */
const KEY_USAGE = {
  /** digitalSignature. */
  'log-in': Uint8Array.of(7, 0x80),
  /** keyCertSign and cRLSign. */
  authority: Uint8Array.of(1, 0x06),
} as const;

/** The certificate, signed with the issuer's key (ECDSA with SHA-256). */
export function signCertificate(content: CertificateContent, issuerSecretKey: Uint8Array): Uint8Array {
  const body = certificateBody(content);
  const signature = signEcdsa(issuerSecretKey, body);
  const pair = sequence(integer(signature.slice(0, 32)), integer(signature.slice(32)));
  return sequence(body, sequence(oid(OID.ecdsaWithSha256)), bitString(pair));
}

function certificateBody(content: CertificateContent): Uint8Array {
  return sequence(
    encodeTlv(VERSION, integer(Uint8Array.of(VERSION_3))),
    integer(content.serial),
    sequence(oid(OID.ecdsaWithSha256)),
    name(content.issuer),
    sequence(time(content.notBefore), time(content.notAfter)),
    name(content.subject),
    sequence(sequence(oid(OID.ecPublicKey), oid(OID.p256)), bitString(uncompressedPoint(content.publicKey))),
    encodeTlv(EXTENSIONS, sequence(...extensions(content))),
  );
}

function extensions(content: CertificateContent): readonly Uint8Array[] {
  const isAuthority = content.use === 'authority';
  const optional = [
    ...(isAuthority
      ? []
      : [extension(OID.extendedKeyUsage, sequence(oid(OID.clientAuthentication), oid(OID.smartCardLogOn)))]),
    ...(content.uri === undefined
      ? []
      : [
          extension(
            OID.subjectAlternativeName,
            sequence(encodeTlv(GENERAL_NAME_URI, utf8ToBytes(content.uri))),
          ),
        ]),
  ];
  return [
    extension(OID.basicConstraints, isAuthority ? sequence(TRUE) : sequence(), true),
    extension(OID.keyUsage, encodeTlv(TAG.bits, KEY_USAGE[content.use]), true),
    ...optional,
    extension(OID.subjectKeyIdentifier, encodeTlv(TAG.octets, content.subjectKeyIdentifier)),
    extension(
      OID.authorityKeyIdentifier,
      sequence(encodeTlv(AUTHORITY_KEY_IDENTIFIER, content.issuerKeyIdentifier)),
    ),
  ];
}

const TRUE = encodeTlv(TAG.boolean, Uint8Array.of(0xff));

function extension(identifier: string, value: Uint8Array, critical = false): Uint8Array {
  return sequence(oid(identifier), ...(critical ? [TRUE] : []), encodeTlv(TAG.octets, value));
}

function name({ organization, commonName }: DistinguishedName): Uint8Array {
  const part = (type: string, value: string) =>
    encodeTlv(TAG.set, sequence(oid(type), encodeTlv(TAG.text, utf8ToBytes(value))));
  return sequence(part(OID.organization, organization), part(OID.commonName, commonName));
}

function time(seconds: number): Uint8Array {
  const digits = new Date(seconds * 1000).toISOString().replace(/\D/g, '').slice(0, 14);
  const isLate = Number(digits.slice(0, 4)) >= FIRST_GENERALIZED_YEAR;
  return isLate
    ? encodeTlv(TAG.generalizedTime, utf8ToBytes(`${digits}Z`))
    : encodeTlv(TAG.utcTime, utf8ToBytes(`${digits.slice(2)}Z`));
}

function sequence(...members: readonly Uint8Array[]): Uint8Array {
  return encodeTlv(TAG.sequence, concatBytes(...members));
}

function bitString(bytes: Uint8Array): Uint8Array {
  return encodeTlv(TAG.bits, concatBytes(Uint8Array.of(0), bytes));
}

/** INTEGER of an unsigned big-endian number, in the fewest bytes that keep it positive. */
function integer(value: Uint8Array): Uint8Array {
  let start = 0;
  while (start < value.length - 1 && value[start] === 0) start++;
  const digits = value.slice(start);
  return encodeTlv(TAG.integer, digits[0]! & 0x80 ? concatBytes(Uint8Array.of(0), digits) : digits);
}

/** OBJECT IDENTIFIER: the first two arcs in one number, each number in groups of seven bits. */
function oid(dotted: string): Uint8Array {
  const [first, second, ...rest] = dotted.split('.').map(Number);
  const bytes = [first! * 40 + second!, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      groups.unshift(0x80 | (left & 0x7f));
    }
    return groups;
  });
  return encodeTlv(TAG.oid, Uint8Array.from(bytes));
}
