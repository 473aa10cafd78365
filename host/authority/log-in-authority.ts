/**
 * A hospital's own authority for log-in keys: it knows nothing of NHI's keys, and its certificates say nothing of
 * the group signature. The subject is the card's identifier and no person; who it is stands in the hospital's
 * directory.
 */

import { createHash } from 'node:crypto';
import { toHex, utf8ToBytes } from '../../apdu/index.js';
import { type EcKeyPair, generateEcKeyPair, uncompressedPoint } from '../crypto/ecdsa.js';
import type { Rng } from '../crypto/random.js';
import { type DistinguishedName, signCertificate } from './x509-certificate.js';

/** What a card gets together with its certificate. */
export type LogInIssue = {
  /** UUID, version 4 (RFC 9562). */
  readonly identifier: Uint8Array;
  /** Last day of the certificate, `YYYYMMDD`. */
  readonly expiry: Uint8Array;
  /** X.509 in DER. */
  readonly certificate: Uint8Array;
};

const ORGANIZATION = 'IMIS hospital';
const NAME: DistinguishedName = { organization: ORGANIZATION, commonName: 'Hospital log-in CA' };
const LOG_IN_SECONDS = 3 * 365 * 24 * 3600;
const AUTHORITY_SECONDS = 20 * 365 * 24 * 3600;
const KEY_IDENTIFIER_BYTES = 20;

export class LogInAuthority {
  private readonly keys: EcKeyPair;

  constructor(private readonly rng: Rng) {
    this.keys = generateEcKeyPair(rng);
  }

  /** Its own certificate, for those who verify log-ins. Times are seconds since 1970. */
  certificate(now: number): Uint8Array {
    const { publicKey } = this.keys;
    return signCertificate(
      {
        serial: this.serial(),
        issuer: NAME,
        subject: NAME,
        notBefore: now,
        notAfter: now + AUTHORITY_SECONDS,
        publicKey,
        issuerKeyIdentifier: keyIdentifier(publicKey),
        subjectKeyIdentifier: keyIdentifier(publicKey),
        use: 'authority',
      },
      this.keys.secretKey,
    );
  }

  /** Certifies the key that a card made; the caller has seen that the card made it. */
  certify(publicKey: Uint8Array, now: number): LogInIssue {
    const identifier = this.uuid();
    const text = uuidText(identifier);
    const notAfter = now + LOG_IN_SECONDS;
    const certificate = signCertificate(
      {
        serial: this.serial(),
        issuer: NAME,
        subject: { organization: ORGANIZATION, commonName: `Log-in ${text.slice(0, 8)}` },
        notBefore: now,
        notAfter,
        publicKey,
        issuerKeyIdentifier: keyIdentifier(this.keys.publicKey),
        subjectKeyIdentifier: keyIdentifier(publicKey),
        use: 'log-in',
        uri: `urn:uuid:${text}`,
      },
      this.keys.secretKey,
    );
    const day = new Date(notAfter * 1000).toISOString().slice(0, 10).replaceAll('-', '');
    return { identifier, expiry: utf8ToBytes(day), certificate };
  }

  private serial(): Uint8Array {
    const serial = this.rng.bytes(16);
    // positive and of full length, so that all certificates are equally long
    serial[0] = (serial[0]! & 0x3f) | 0x40;
    return serial;
  }

  private uuid(): Uint8Array {
    const bytes = this.rng.bytes(16);
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    return bytes;
  }
}

function keyIdentifier(publicKey: Uint8Array): Uint8Array {
  const hash = createHash('sha256').update(uncompressedPoint(publicKey)).digest();
  return Uint8Array.from(hash.subarray(0, KEY_IDENTIFIER_BYTES));
}

function uuidText(bytes: Uint8Array): string {
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
