/**
 * An authority that is not NHI and knows who people are: the citizen PKI (Cert_P) and the
 * profession register (Cert_D). Here a test PKI with one key.
 */

import type { Statement, ValuesOf } from '../../apdu/index.js';
import { type EcKeyPair, generateEcKeyPair } from '../crypto/ecdsa.js';
import type { Rng } from '../crypto/random.js';
import { type IDENTITY_CERTIFICATE, IDENTITY_CERTIFICATE_BODY } from '../protocol/messages.js';
import { signStatement, verifyStatement } from '../protocol/signed-statement.js';

export type IdentityCertificate = ValuesOf<typeof IDENTITY_CERTIFICATE>;

const IDENTITY_STATEMENT = {
  equation: 0,
  domain: 'IMIS-v1/sig/identity-certificate',
  fields: IDENTITY_CERTIFICATE_BODY,
} as const satisfies Statement;

export class IdentityAuthority {
  private readonly keys: EcKeyPair;

  constructor(rng: Rng) {
    this.keys = generateEcKeyPair(rng);
  }

  /** What verifiers need. */
  get publicKey(): Uint8Array {
    return this.keys.publicKey;
  }

  /** Certifies that the holder of `identityKey` is this person; the caller has seen who they are. */
  certify(body: IdentityCertificate['body']): IdentityCertificate {
    return { body, signature: signStatement(this.keys.secretKey, IDENTITY_STATEMENT, body) };
  }
}

/** Whether the authority with `authorityKey` issued the certificate and it is valid at `now`. */
export function verifyIdentityCertificate(
  authorityKey: Uint8Array,
  { body, signature }: IdentityCertificate,
  now: number,
): boolean {
  return now <= body.expirationDate && verifyStatement(authorityKey, IDENTITY_STATEMENT, body, signature);
}
