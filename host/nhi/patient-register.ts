/** Registration of patients (eq. 1, 2) and what NHI alone knows: which person a pseudonym stands for. */

import {
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
import { type CertificateAuthority, verifyPatientCertificate } from './certificate-authority.js';
import { SingleUse } from './single-use.js';

const REGISTRATION_ROUTE = { equation: 1, sender: 'patient', recipient: NHI_NAME } as const;
const NONCE_SECONDS = 3600;

type Person = { readonly nationalId: string; readonly name: string };
type Insured = {
  readonly person: Person;
  readonly pid: Uint8Array;
  certificate: PatientCertificate;
  /** Issued, and perhaps on the card already; from its first use on it is the certificate. */
  renewal?: PatientCertificate | undefined;
};

export class PatientRegister {
  private readonly nonces: SingleUse;
  /** By pseudonym, hexadecimal. */
  private readonly byPid = new Map<string, Insured>();
  private readonly byNationalId = new Map<string, Insured>();
  private readonly paidUntil = new Map<string, number>();

  constructor(
    private readonly ports: {
      readonly authority: CertificateAuthority;
      /** Key of the citizen PKI. */
      readonly citizenAuthorityKey: Uint8Array;
      readonly decryption: EcKeyPair;
      readonly clock: Clock;
      readonly rng: Rng;
    },
  ) {
    this.nonces = new SingleUse(ports.clock, ports.rng, NONCE_SECONDS);
  }

  /** A single-use nonce for one registration. */
  openRegistration(): Uint8Array {
    return this.nonces.issue('registration');
  }

  /** Tells NHI until when a person has paid; known before they register. */
  recordPayment(nationalId: string, paidUntil: number): void {
    this.paidUntil.set(nationalId, paidUntil);
  }

  /** Eq. 1 in, eq. 2 out. */
  async register(sealed: SealedMessage): Promise<Result<{ readonly certificate: PatientCertificate }>> {
    const { decryption, clock, citizenAuthorityKey, authority, rng } = this.ports;
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
    if (!this.nonces.consume(statement.nonce, 'registration')) return refusal('nonce-unknown');
    if (this.byNationalId.has(body.subject)) return refusal('already-registered');
    const pid = rng.bytes(PID_BYTES);
    const certificate = authority.issuePatientCertificate({
      pid,
      paidUntil: this.paidUntil.get(body.subject) ?? 0,
      signingKey: statement.signingKey,
      decryptionKey: statement.decryptionKey,
      delegationKey: statement.delegationKey,
    });
    const insured = { person: { nationalId: body.subject, name: body.name }, pid, certificate };
    this.byPid.set(toHex(pid), insured);
    this.byNationalId.set(body.subject, insured);
    return { ok: true, certificate };
  }

  /** Takes a certificate out of use, as for a lost card. */
  revoke(pid: Uint8Array): void {
    this.byPid.delete(toHex(pid));
  }

  /** The same for whoever stands at the desk with a document. */
  revokePerson(nationalId: string): void {
    const insured = this.byNationalId.get(nationalId);
    if (insured) this.revoke(insured.pid);
  }

  /** A new certificate for the same pseudonym and keys, with what has been paid since. */
  prepareRenewal(nationalId: string): Result<{ readonly certificate: PatientCertificate }> {
    const insured = this.byNationalId.get(nationalId);
    if (!insured || !this.byPid.has(toHex(insured.pid))) return refusal('certificate-revoked');
    const { pid, signingKey, decryptionKey, delegationKey, agentKey } = insured.certificate.body;
    const certificate = this.ports.authority.issuePatientCertificate({
      pid,
      paidUntil: this.paidUntil.get(nationalId) ?? 0,
      signingKey,
      decryptionKey,
      delegationKey,
      ...(agentKey ? { agentKey } : {}),
    });
    insured.renewal = certificate;
    return { ok: true, certificate };
  }

  /** The card has the renewed certificate: the one before counts no more. */
  completeRenewal({ body }: PatientCertificate): void {
    const insured = this.byPid.get(toHex(body.pid));
    if (!insured?.renewal || !equalBytes(insured.renewal.body.serial, body.serial)) return;
    insured.certificate = insured.renewal;
    insured.renewal = undefined;
  }

  /** `undefined` when the certificate is genuine, current, not revoked and the insurance is paid; otherwise why not. */
  check(certificate: PatientCertificate): Refusal | undefined {
    const now = this.ports.clock.now();
    if (!verifyPatientCertificate(this.ports.authority.publicKey, certificate, now)) {
      return refusal('certificate-invalid');
    }
    // a card that took a renewal whose answer was lost shows it here for the first time
    this.completeRenewal(certificate);
    const insured = this.byPid.get(toHex(certificate.body.pid));
    if (!insured || toHex(insured.certificate.body.serial) !== toHex(certificate.body.serial)) {
      return refusal('certificate-revoked');
    }
    return certificate.body.paidUntil < now ? refusal('insurance-lapsed') : undefined;
  }

  /**
   * A new certificate on the same pseudonym and keys; the one before is superseded. It is dated at least
   * a second after that one, for a card takes only a later one.
   */
  renew(
    pid: Uint8Array,
    changes: Pick<PatientCertificate['body'], 'agentKey'>,
  ): Result<{ readonly certificate: PatientCertificate }> {
    const insured = this.byPid.get(toHex(pid));
    if (!insured) return refusal('certificate-revoked');
    const { body } = insured.certificate;
    const subject = { ...body, ...changes };
    insured.certificate = this.ports.authority.issuePatientCertificate(subject, body.effectiveDate + 1);
    return { ok: true, certificate: insured.certificate };
  }

  /** The current certificate of a registered patient. */
  certificateOf(pid: Uint8Array): PatientCertificate | undefined {
    return this.byPid.get(toHex(pid))?.certificate;
  }

  /** The signing key PK_P of a registered patient. */
  signingKeyOf(pid: Uint8Array): Uint8Array | undefined {
    return this.byPid.get(toHex(pid))?.certificate.body.signingKey;
  }
}
