/**
 * NHI's root: the key that every card holds as its trust anchor. It signs certificates of CAs and
 * nothing else, so that it can stay in a safe: SK_NHI signs what the equations say
 * ({@link CertificateAuthority}), the CA's key role certificates ({@link RoleAuthority}).
 */

import {
  type AuthorityCertificate,
  CERTIFICATE_PROFILE,
  encodeAuthorityCertificate,
  STATEMENT,
  utf8ToBytes,
} from '../../apdu/index.js';
import type { Clock } from '../clock.js';
import type { EcKeyPair } from '../crypto/ecdsa.js';
import type { Rng } from '../crypto/random.js';
import { signStatement } from '../protocol/signed-statement.js';
import { type KeyStore, keyPairNamed } from '../storage/key-store.js';

const ROOT_REFERENCE = utf8ToBytes('TWNHIR01');
/** Longer than any role certificate under it. */
const AUTHORITY_CERTIFICATE_SECONDS = 6 * 365 * 24 * 3600;

/** What a card needs of the root: the name that certificates give it, and its key. */
export type RootKey = { readonly rootReference: Uint8Array; readonly rootKey: Uint8Array };

export class RootAuthority {
  private readonly keys: EcKeyPair;

  constructor(
    private readonly clock: Clock,
    rng: Rng,
    keys: KeyStore,
  ) {
    this.keys = keyPairNamed(keys, 'nhi-root', rng);
  }

  get anchor(): RootKey {
    return { rootReference: ROOT_REFERENCE, rootKey: this.keys.publicKey };
  }

  /** The certificate of a CA, from now on. */
  certify(holderReference: Uint8Array, publicPoint: Uint8Array): CertifiedAuthority {
    const now = this.clock.now();
    const body = {
      profile: CERTIFICATE_PROFILE.authority,
      issuerReference: ROOT_REFERENCE,
      publicPoint,
      holderReference,
      effectiveDate: now,
      expirationDate: now + AUTHORITY_CERTIFICATE_SECONDS,
    };
    const signature = signStatement(this.keys.secretKey, STATEMENT.authorityCertificate, body);
    return { body, certificate: encodeAuthorityCertificate({ body, signature }) };
  }
}

/** A CA's certificate, read and as cards take it. */
export type CertifiedAuthority = {
  readonly body: AuthorityCertificate['body'];
  readonly certificate: Uint8Array;
};
