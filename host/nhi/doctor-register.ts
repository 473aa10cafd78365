/** Registration of doctors (eq. 3, 4): a credential on a member key that NHI never learns. */

import {
  type CREDENTIAL_MESSAGE,
  encodeHpkeInfo,
  FIELD,
  type GroupSuite,
  STATEMENT,
  toHex,
  utf8ToBytes,
  type ValuesOf,
} from '../../apdu/index.js';
import { verifyIdentityCertificate } from '../authority/identity-authority.js';
import type { Clock } from '../clock.js';
import {
  deriveHintKey,
  type GroupIssuer,
  generateIssuerKeys,
  hostSchemeOf,
  type IssuerKeys,
  type MclCurve,
  makeGroupIssuer,
  type PublishedGroupKey,
} from '../crypto/group-signature/index.js';
import { isHpkeKey, sealHpke } from '../crypto/hpke.js';
import type { Rng } from '../crypto/random.js';
import { sha256 } from '../crypto/sha256.js';
import type { DOCTOR_REGISTRATION_MESSAGE } from '../protocol/messages.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { newMessageId } from '../protocol/sealed-message.js';
import { verifyStatement } from '../protocol/signed-statement.js';
import type { CertificateAuthority } from './certificate-authority.js';
import { SingleUse } from './single-use.js';

export type Credential = ValuesOf<typeof CREDENTIAL_MESSAGE>;
export type DoctorRegistration = ValuesOf<typeof DOCTOR_REGISTRATION_MESSAGE>;

/** What a doctor's card needs to make a join request. */
export type JoinOffer = {
  readonly nonce: Uint8Array;
  readonly suite: number;
  readonly groupKeyHash: Uint8Array;
};

const NONCE_SECONDS = 3600;
const FIRST_EPOCH = 1;
const EPOCH_SECONDS = 365 * 24 * 3600;

export class DoctorRegister {
  private readonly nonces: SingleUse;
  private readonly keys: IssuerKeys;
  private readonly issuer: GroupIssuer;
  /** Join records {ID_D, D, signature of SK_D} by D; public, so that NHI can not hide members it made up. */
  private readonly joinRecords = new Map<string, DoctorRegistration>();
  private readonly issued = new Map<string, Credential>();
  private readonly claimed = new Set<string>();
  private counter = 0;

  constructor(
    private readonly ports: {
      readonly authority: CertificateAuthority;
      /** Key of the profession register. */
      readonly professionAuthorityKey: Uint8Array;
      /** What doctors sign with, and its curve. */
      readonly suite: GroupSuite;
      readonly curve: MclCurve;
      readonly clock: Clock;
      readonly rng: Rng;
    },
  ) {
    const { clock, rng, curve, suite } = ports;
    this.nonces = new SingleUse(clock, rng, NONCE_SECONDS);
    this.keys = generateIssuerKeys(curve, suite, FIRST_EPOCH, rng);
    const register = {
      hasMember: (membershipKey: Uint8Array) => this.joinRecords.has(toHex(membershipKey)),
      nextCounter: () => ++this.counter,
      claimUnique: (value: Uint8Array) => {
        const before = this.claimed.size;
        return this.claimed.add(toHex(value)).size > before;
      },
    };
    this.issuer = makeGroupIssuer(curve, this.keys, register, rng);
  }

  /** PK_GK with its proof, for every verifier. */
  get groupKey(): PublishedGroupKey {
    return this.keys.published;
  }

  /** Opens a join for one doctor. */
  openJoin(doctorId: string): JoinOffer {
    return {
      nonce: this.nonces.issue(doctorId),
      suite: this.ports.suite.id,
      groupKeyHash: sha256(this.groupKey.publicKey),
    };
  }

  /** Eq. 3 in, eq. 4 out; a repeated request gets the stored answer. */
  async register(request: DoctorRegistration): Promise<Result<{ readonly credential: Credential }>> {
    const { statement, signature, certificate } = request;
    const { professionAuthorityKey, clock } = this.ports;
    if (!verifyIdentityCertificate(professionAuthorityKey, certificate, clock.now())) {
      return refusal('identity-certificate-invalid');
    }
    if (certificate.body.subject !== statement.doctorId) return refusal('identity-mismatch');
    if (!verifyStatement(certificate.body.identityKey, STATEMENT.doctorRegistration, statement, signature)) {
      return refusal('signature-invalid');
    }
    if (toHex(statement.groupKeyHash) !== toHex(sha256(this.groupKey.publicKey)))
      return refusal('epoch-mismatch');
    if (!isHpkeKey(statement.decryptionKey))
      return refusal('message-malformed', 'the decryption key is no point of the curve');
    const requestKey = toHex(sha256(signature));
    const answered = this.issued.get(requestKey);
    if (answered) return { ok: true, credential: answered };
    if (!this.nonces.consume(statement.nonce, statement.doctorId)) return refusal('nonce-unknown');
    const { doctorId, nonce, membershipKey, membershipProof } = statement;
    const result = await this.issuer.issue({
      doctorId: utf8ToBytes(doctorId),
      nonce,
      membershipKey,
      proof: membershipProof,
    });
    if (!result.ok) return refusal('membership-refused', result.reason);
    const credential = await this.credentialFor(statement, result.credential);
    this.joinRecords.set(toHex(membershipKey), request);
    this.issued.set(requestKey, credential);
    return { ok: true, credential };
  }

  private async credentialFor(
    statement: DoctorRegistration['statement'],
    groupCredential: Uint8Array,
  ): Promise<Credential> {
    const { authority, clock, rng, suite } = this.ports;
    const { nonce, groupKeyHash, membershipKey } = statement;
    const { epoch } = this.groupKey;
    const messageId = newMessageId(rng);
    const sealedHintKey = hostSchemeOf(suite).usesHintKey
      ? await this.sealHintKey(statement, messageId)
      : undefined;
    const now = clock.now();
    const signed = {
      nonce,
      suite: suite.id,
      epoch,
      groupKeyHash,
      groupCredential,
      messageId,
      ...(sealedHintKey === undefined ? {} : { sealedHintKey }),
      effectiveDate: now,
      expirationDate: now + EPOCH_SECONDS,
    };
    return { ...signed, signature: authority.sign(STATEMENT.credential, { ...signed, membershipKey }) };
  }

  private async sealHintKey(
    { doctorId, membershipKey, decryptionKey }: DoctorRegistration['statement'],
    messageId: Uint8Array,
  ): Promise<Uint8Array> {
    const hintKey = deriveHintKey(this.keys.openingKey, {
      epoch: this.groupKey.epoch,
      doctorId,
      cardSerial: membershipKey.subarray(0, FIELD.cardSerial.max),
      joinCounter: this.counter,
    });
    const recipient = utf8ToBytes(doctorId);
    const info = encodeHpkeInfo({ equation: 4, sender: 'nhi', recipient, messageId });
    const sealed = await sealHpke(decryptionKey, hintKey, { info, aad: new Uint8Array(0) }, this.ports.rng);
    hintKey.fill(0);
    return sealed;
  }
}
