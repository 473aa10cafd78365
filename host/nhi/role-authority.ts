/** NHI's CA for roles: a key under the root's certificate that signs role certificates, one for each batch of cards. */

import {
  CERTIFICATE_PROFILE,
  encodeRoleCertificate,
  ROLE,
  type RoleName,
  STATEMENT,
  utf8ToBytes,
} from '../../apdu/index.js';
import type { Clock } from '../clock.js';
import type { EcKeyPair } from '../crypto/ecdsa.js';
import type { Rng } from '../crypto/random.js';
import { signStatement } from '../protocol/signed-statement.js';
import { type KeyStore, keyPairNamed } from '../storage/key-store.js';
import type { CertifiedAuthority, RootAuthority } from './root-authority.js';

const AUTHORITY_REFERENCE = utf8ToBytes('TWNHIC01');
/** A role batch is renewed with the group epoch. */
const ROLE_CERTIFICATE_SECONDS = 365 * 24 * 3600;

/** Key and certificates that a batch of cards shares. */
export type RoleBatch = {
  readonly roleKey: Uint8Array;
  readonly roleCertificate: Uint8Array;
  readonly authorityCertificate: Uint8Array;
};

export class RoleAuthority {
  private readonly keys: EcKeyPair;
  private readonly certified: CertifiedAuthority;
  private readonly batches = new Map<RoleName, RoleBatch>();

  constructor(
    root: RootAuthority,
    private readonly clock: Clock,
    private readonly rng: Rng,
    private readonly keyStore: KeyStore,
  ) {
    this.keys = keyPairNamed(keyStore, 'nhi-roles', rng);
    this.certified = root.certify(AUTHORITY_REFERENCE, this.keys.publicKey);
  }

  /** The current batch of a role; its key and certificates go onto at least a thousand cards. */
  roleBatch(role: RoleName): RoleBatch {
    const known = this.batches.get(role);
    if (known) return known;
    const pair = keyPairNamed(this.keyStore, `role-${role}`, this.rng);
    const now = this.clock.now();
    const body = {
      profile: CERTIFICATE_PROFILE.role,
      issuerReference: AUTHORITY_REFERENCE,
      role: ROLE[role],
      publicPoint: pair.publicKey,
      effectiveDate: now,
      expirationDate: Math.min(now + ROLE_CERTIFICATE_SECONDS, this.certified.body.expirationDate),
    };
    const signature = signStatement(this.keys.secretKey, STATEMENT.roleCertificate, body);
    const batch = {
      roleKey: pair.secretKey,
      roleCertificate: encodeRoleCertificate({ body, signature }),
      authorityCertificate: this.certified.certificate,
    };
    this.batches.set(role, batch);
    return batch;
  }
}
