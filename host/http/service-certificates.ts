/**
 * Certificates of services (X.509, P-256) for mutual TLS: NHI's authority for services names an
 * institution's role and identifier, which is all that a caller is by.
 */

import { type X509Certificate as NodeCertificate, webcrypto } from 'node:crypto';
import type * as X509 from '@peculiar/x509';
import type { Rng } from '../crypto/random.js';
import { SERVICE_ROLES, type ServiceRole } from './operations.js';

/** Loaded when a certificate is made and not before: it takes longer than most commands run. */
async function library(): Promise<typeof X509> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  // it speaks of the browser's types, which are Node's own here
  x509.cryptoProvider.set(webcrypto as never);
  return x509;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const AUTHORITY_NAME = 'CN=NHI authority for services,O=NHI';
const DAY_MS = 24 * 3600 * 1000;
const AUTHORITY_DAYS = 10 * 365;
const SERIAL_BYTES = 16;

/** A key and its certificate, both PEM. */
export type PemPair = { readonly key: string; readonly certificate: string };

/** Who a service is. */
export type ServiceName = { readonly role: ServiceRole | 'nhi'; readonly id: string };

/** Dates of a certificate, seconds since 1970. */
export type Validity = { readonly notBefore: number; readonly days: number };

/** NHI's authority for services; its key stays with NHI. */
export async function makeServiceAuthority(rng: Rng, notBefore: number): Promise<PemPair> {
  const x509 = await library();
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(rng),
    name: AUTHORITY_NAME,
    ...dates({ notBefore, days: AUTHORITY_DAYS }),
    signingAlgorithm: ALGORITHM,
    keys: keys as never,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  return { key: await pemOf(keys.privateKey), certificate: certificate.toString('pem') };
}

/** A key and certificate for a service, for both ends of a connection. */
export async function issueServiceCertificate(
  authority: PemPair,
  { role, id }: ServiceName,
  validity: Validity,
  rng: Rng,
): Promise<PemPair> {
  const x509 = await library();
  const keys = await generateKeys();
  const signingKey = await webcrypto.subtle.importKey('pkcs8', derOf(authority.key), ALGORITHM, false, [
    'sign',
  ]);
  const issuer = new x509.X509Certificate(authority.certificate);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(rng),
    subject: [{ CN: [id] }, { OU: [role] }, { O: ['IMIS'] }],
    issuer: issuer.subjectName,
    ...dates(validity),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey as never,
    signingKey: signingKey as never,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
    ],
  });
  return { key: await pemOf(keys.privateKey), certificate: certificate.toString('pem') };
}

/** Whom a certificate names, which the TLS layer has verified; `undefined` for a role that is none. */
export function serviceNameOf(certificate: NodeCertificate): ServiceName | undefined {
  const names = new Map(
    certificate.subject.split('\n').map((part) => part.split('=', 2) as [string, string]),
  );
  const role = [...SERVICE_ROLES, 'nhi' as const].find((known) => known === names.get('OU'));
  const id = names.get('CN');
  return role && id ? { role, id } : undefined;
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key);
  const lines = Buffer.from(der)
    .toString('base64')
    .match(/.{1,64}/g)!;
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n');
}

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
}

function serialNumber(rng: Rng): string {
  return Buffer.from(rng.bytes(SERIAL_BYTES)).toString('hex').replace(/^./, '1');
}

function dates({ notBefore, days }: Validity): { readonly notBefore: Date; readonly notAfter: Date } {
  const from = notBefore * 1000;
  return { notBefore: new Date(from), notAfter: new Date(from + days * DAY_MS) };
}
