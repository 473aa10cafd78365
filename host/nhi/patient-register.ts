/** Registration of patients (eq. 1, 2) and what NHI alone knows: which person a pseudonym stands for. */

import {
  decodePatientCertificate,
  encodePatientCertificate,
  equalBytes,
  NHI_NAME,
  type PatientCertificate,
  PID_BYTES,
  STATEMENT,
  toHex,
} from '../../apdu/index.js';
import { verifyIdentityCertificate } from '../authority/identity-authority.js';
import type { Clock } from '../clock.js';
import type { EcKeyPair } from '../crypto/ecdsa.js';
import { isHpkeKey } from '../crypto/hpke.js';
import { verifyDelegationKeyProof } from '../crypto/proxy-signature/index.js';
import type { Rng } from '../crypto/random.js';
import { REGISTRATION_MESSAGE } from '../protocol/messages.js';
import { type Refusal, type Result, refusal } from '../protocol/refusal.js';
import { openMessage, type SealedMessage } from '../protocol/sealed-message.js';
import { verifyStatement } from '../protocol/signed-statement.js';
import { decide, one, type Sql, type Store } from '../storage/store.js';
import { type CertificateAuthority, verifyPatientCertificate } from './certificate-authority.js';
import { SingleUse } from './single-use.js';

const REGISTRATION_ROUTE = { equation: 1, sender: 'patient', recipient: NHI_NAME } as const;
const NONCE_SECONDS = 3600;

type Insured = {
  readonly certificate: PatientCertificate;
  /** Issued, and perhaps on the card already; from its first use on it is the certificate. */
  readonly renewal: PatientCertificate | undefined;
};
type Identity = { readonly nationalId: string; readonly name: string };
type PublicKeys = Pick<PatientCertificate['body'], 'signingKey' | 'decryptionKey' | 'delegationKey'>;

export class PatientRegister {
  private readonly nonces: SingleUse;

  constructor(
    private readonly ports: {
      readonly authority: CertificateAuthority;
      /** Key of the citizen PKI. */
      readonly citizenAuthorityKey: Uint8Array;
      readonly decryption: EcKeyPair;
      readonly store: Store;
      readonly clock: Clock;
      readonly rng: Rng;
    },
  ) {
    this.nonces = new SingleUse(ports, 'registration', NONCE_SECONDS);
  }

  /** A single-use nonce for one registration. */
  openRegistration(): Promise<Uint8Array> {
    return this.nonces.issue('patient');
  }

  /** Tells NHI until when a person has paid; known before they register. */
  async recordPayment(nationalId: string, paidUntil: number): Promise<void> {
    await this.ports.store.run(
      `INSERT INTO payments (national_id, paid_until) VALUES (?, ?)
        ON CONFLICT (national_id) DO UPDATE SET paid_until = excluded.paid_until`,
      nationalId,
      paidUntil,
    );
  }

  /** Eq. 1 in, eq. 2 out. Whoever lost a card gets the same pseudonym on the new one. */
  async register(sealed: SealedMessage): Promise<Result<{ readonly certificate: PatientCertificate }>> {
    const { decryption, clock, citizenAuthorityKey, store } = this.ports;
    const as = { route: REGISTRATION_ROUTE, secretKey: decryption.secretKey };
    const opened = await openMessage(REGISTRATION_MESSAGE, sealed, as);
    if (!opened.ok) return opened;
    const { statement, signature, delegationKeyProof, identity } = opened.values;
    const { body } = identity.certificate;
    if (!verifyIdentityCertificate(citizenAuthorityKey, identity.certificate, clock.now())) {
      return refusal('identity-certificate-invalid');
    }
    if (toHex(statement.messageId) !== toHex(sealed.messageId)) return refusal('message-malformed');
    // Cert_P must not certify PK_P itself: beside PCert_P it would undo the pseudonym.
    if (toHex(body.identityKey) === toHex(statement.signingKey)) return refusal('identity-mismatch');
    const signed =
      verifyStatement(statement.signingKey, STATEMENT.registration, statement, signature) &&
      verifyStatement(body.identityKey, STATEMENT.registration, statement, identity.signature);
    if (!signed) return refusal('signature-invalid');
    const usable = isHpkeKey(statement.decryptionKey) && isHpkeKey(statement.delegationKey);
    if (!usable) return refusal('message-malformed', 'a public key is no point of the curve');
    if (!verifyDelegationKeyProof(statement, delegationKeyProof)) return refusal('possession-unproven');
    if (!(await this.nonces.consume(statement.nonce, 'patient'))) return refusal('nonce-unknown');
    const person = { nationalId: body.subject, name: body.name };
    return decide(store, (tx) => this.enter(person, statement, tx));
  }

  /** Takes a certificate out of use, as for a lost card. */
  async revoke(pid: Uint8Array): Promise<void> {
    await this.ports.store.run('UPDATE patients SET revoked = 1, renewal = NULL WHERE pid = ?', pid);
  }

  /** The same for whoever stands at the desk with a document. */
  async revokePerson(nationalId: string): Promise<void> {
    const pid = await this.pidOf(nationalId, this.ports.store);
    if (pid) await this.revoke(pid);
  }

  /** A new certificate for the same pseudonym and keys, with what has been paid since. */
  async prepareRenewal(nationalId: string): Promise<Result<{ readonly certificate: PatientCertificate }>> {
    const { store } = this.ports;
    const pid = await this.pidOf(nationalId, store);
    const insured = pid && (await this.insured(pid));
    if (!insured) return refusal('certificate-revoked');
    const { signingKey, decryptionKey, delegationKey, agentKey } = insured.certificate.body;
    const certificate = this.ports.authority.issuePatientCertificate({
      pid,
      paidUntil: await this.paidUntil(nationalId, store),
      signingKey,
      decryptionKey,
      delegationKey,
      ...(agentKey ? { agentKey } : {}),
    });
    const encoded = encodePatientCertificate(certificate);
    const kept = await store.run(
      'UPDATE patients SET renewal = ? WHERE pid = ? AND revoked = 0',
      encoded,
      pid,
    );
    return kept === 1 ? { ok: true, certificate } : refusal('certificate-revoked');
  }

  /** The card has the renewed certificate: the one before counts no more. */
  async completeRenewal(certificate: PatientCertificate, sql: Sql = this.ports.store): Promise<void> {
    const encoded = encodePatientCertificate(certificate);
    await sql.run(
      'UPDATE patients SET certificate = renewal, renewal = NULL WHERE pid = ? AND renewal = ? AND revoked = 0',
      certificate.body.pid,
      encoded,
    );
  }

  /** `undefined` when the certificate is genuine, current, not revoked and the insurance is paid; otherwise why not. */
  async check(certificate: PatientCertificate, sql: Sql = this.ports.store): Promise<Refusal | undefined> {
    const now = this.ports.clock.now();
    if (!verifyPatientCertificate(this.ports.authority.publicKey, certificate, now)) {
      return refusal('certificate-invalid');
    }
    const insured = await this.insured(certificate.body.pid, sql);
    const has = (known: PatientCertificate | undefined) =>
      known !== undefined && equalBytes(known.body.serial, certificate.body.serial);
    // a card that took a renewal whose answer was lost shows it here for the first time
    if (has(insured?.renewal)) await this.completeRenewal(certificate, sql);
    else if (!has(insured?.certificate)) return refusal('certificate-revoked');
    return certificate.body.paidUntil < now ? refusal('insurance-lapsed') : undefined;
  }

  /**
   * A new certificate on the same pseudonym and keys, as part of `tx`; the one before is superseded. It is
   * dated at least a second after that one, for a card takes only a later one.
   */
  async renew(
    pid: Uint8Array,
    changes: Pick<PatientCertificate['body'], 'agentKey'>,
    tx: Sql,
  ): Promise<Result<{ readonly certificate: PatientCertificate }>> {
    const insured = await this.insured(pid, tx);
    if (!insured) return refusal('certificate-revoked');
    const { body } = insured.certificate;
    const subject = { ...body, ...changes };
    const certificate = this.ports.authority.issuePatientCertificate(subject, body.effectiveDate + 1);
    await tx.run(
      'UPDATE patients SET certificate = ? WHERE pid = ?',
      encodePatientCertificate(certificate),
      pid,
    );
    return { ok: true, certificate };
  }

  /** The current certificate of a registered patient. */
  async certificateOf(pid: Uint8Array, sql?: Sql): Promise<PatientCertificate | undefined> {
    return (await this.insured(pid, sql))?.certificate;
  }

  /** The signing key PK_P of a registered patient. */
  async signingKeyOf(pid: Uint8Array): Promise<Uint8Array | undefined> {
    return (await this.certificateOf(pid))?.body.signingKey;
  }

  /** A person with the keys of a new card: registered for the first time, or again after a loss. */
  private async enter(
    { nationalId, name }: Identity,
    { signingKey, decryptionKey, delegationKey }: PublicKeys,
    tx: Sql,
  ): Promise<Result<{ readonly certificate: PatientCertificate }>> {
    const { authority, rng } = this.ports;
    const known = await this.pidOf(nationalId, tx);
    if (known && (await this.insured(known, tx))) return refusal('already-registered');
    const pid = known ?? rng.bytes(PID_BYTES);
    const paidUntil = await this.paidUntil(nationalId, tx);
    const certificate = authority.issuePatientCertificate({
      pid,
      paidUntil,
      signingKey,
      decryptionKey,
      delegationKey,
    });
    const encoded = encodePatientCertificate(certificate);
    if (known) {
      const replaced = await tx.run(
        'UPDATE patients SET certificate = ?, renewal = NULL, revoked = 0 WHERE pid = ? AND revoked = 1',
        encoded,
        pid,
      );
      return replaced === 1 ? { ok: true, certificate } : refusal('already-registered');
    }
    const entered = await tx.run(
      'INSERT INTO persons (national_id, name, pid) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      ...[nationalId, name, pid],
    );
    if (entered === 0) return refusal('already-registered');
    await tx.run('INSERT INTO patients (pid, certificate, revoked) VALUES (?, ?, 0)', pid, encoded);
    return { ok: true, certificate };
  }

  private async pidOf(nationalId: string, sql: Sql): Promise<Uint8Array | undefined> {
    const found = 'SELECT pid FROM persons WHERE national_id = ?';
    return (await one<{ readonly pid: Uint8Array }>(sql, found, nationalId))?.pid;
  }

  private async paidUntil(nationalId: string, sql: Sql): Promise<number> {
    const found = 'SELECT paid_until FROM payments WHERE national_id = ?';
    return (await one<{ readonly paid_until: number }>(sql, found, nationalId))?.paid_until ?? 0;
  }

  /** Somebody with a card in use. */
  private async insured(pid: Uint8Array, sql: Sql = this.ports.store): Promise<Insured | undefined> {
    const row = await one<{ readonly certificate: Uint8Array; readonly renewal: Uint8Array | null }>(
      sql,
      'SELECT certificate, renewal FROM patients WHERE pid = ? AND revoked = 0',
      pid,
    );
    if (!row) return undefined;
    return {
      certificate: decodePatientCertificate(row.certificate),
      renewal: row.renewal ? decodePatientCertificate(row.renewal) : undefined,
    };
  }
}
