/**
 * The issuing service (eq. 3, 4): credentials on member keys that NHI never learns, or, in the mode
 * "issuer-made", on keys that NHI makes; a new credential for each member in each epoch. It holds x and y
 * of the current epoch and nothing by which a signature could be recognised.
 */

import {
  CREDENTIAL_MESSAGE,
  decodeTemplate,
  encodeTemplate,
  type GroupSuite,
  ISSUER_MADE_CREDENTIAL_MESSAGE,
  JOIN_MODE,
  type JoinMode,
  RENEWAL_MESSAGE,
  STATEMENT,
  toHex,
  uintToBytes,
  utf8ToBytes,
  type ValuesOf,
} from '../../apdu/index.js';
import { type IdentityCertificate, verifyIdentityCertificate } from '../authority/identity-authority.js';
import type { Clock } from '../clock.js';
import type { GroupIssuer, HostCurve, IssuingRegister } from '../crypto/group-signature/index.js';
import { isHpkeKey } from '../crypto/hpke.js';
import type { Rng } from '../crypto/random.js';
import { sha256 } from '../crypto/sha256.js';
import type { SignedGroupKey } from '../protocol/epoch-verifier.js';
import type { JoinRecord } from '../protocol/join-record.js';
import type { DOCTOR_REGISTRATION_MESSAGE, ISSUER_MADE_REGISTRATION_MESSAGE } from '../protocol/messages.js';
import { type Refusal, type Result, refusal } from '../protocol/refusal.js';
import { verifyStatement } from '../protocol/signed-statement.js';
import { nextCounter } from '../storage/counter.js';
import { type KeyStore, secretNamed } from '../storage/key-store.js';
import { one, type Store } from '../storage/store.js';
import type { CertificateAuthority } from './certificate-authority.js';
import { issuerMadeKey } from './issuer-made-key.js';
import type { JoinRegister } from './join-register.js';
import type { EnrolledMember, OpeningService } from './opening-service/index.js';
import { SingleUse } from './single-use.js';

export type Credential = ValuesOf<typeof CREDENTIAL_MESSAGE>;
export type IssuerMadeCredential = ValuesOf<typeof ISSUER_MADE_CREDENTIAL_MESSAGE>;
export type Renewal = ValuesOf<typeof RENEWAL_MESSAGE>;
export type DoctorRegistration = ValuesOf<typeof DOCTOR_REGISTRATION_MESSAGE>;
export type IssuerMadeRegistration = ValuesOf<typeof ISSUER_MADE_REGISTRATION_MESSAGE>;

/** What a doctor's card needs to make a join request. */
export type JoinOffer = {
  readonly nonce: Uint8Array;
  readonly suite: number;
  readonly groupKeyHash: Uint8Array;
};

/** An epoch as the issuing service has it: the issuer under (x, y), and what everybody may know. */
export type IssuingEpoch = {
  readonly issuer: GroupIssuer;
  readonly key: SignedGroupKey;
  /** Erases (x, y). */
  readonly destroy: () => void;
};

/** The part of the opening service that issuing asks: it seals what issuing must not read. */
export type KeySealer = Pick<
  OpeningService,
  'enrol' | 'sealHintKey' | 'sealMemberKey' | 'isOpenable' | 'isRevokedMember'
>;

type StoredMember = { readonly doctor_id: string; readonly membership_key: Uint8Array };

const NONCE_SECONDS = 3600;
const EPOCH_BYTES = 4;

export class DoctorRegister {
  private readonly nonces: SingleUse;
  /** MK of F_GK(MK, ID_D), in the mode "issuer-made". */
  private readonly memberMasterKey: Uint8Array;
  private current: IssuingEpoch | undefined;

  constructor(
    private readonly ports: {
      readonly authority: CertificateAuthority;
      /** Key of the profession register. */
      readonly professionAuthorityKey: Uint8Array;
      readonly joins: JoinRegister;
      readonly opening: KeySealer;
      /** Whether NHI makes member keys for doctors who ask for it; two-party joins are always taken. */
      readonly joinMode: JoinMode;
      /** What doctors sign with, and its curve. */
      readonly suite: GroupSuite;
      readonly curve: HostCurve;
      readonly store: Store;
      readonly keys: KeyStore;
      readonly clock: Clock;
      readonly rng: Rng;
    },
  ) {
    this.nonces = new SingleUse(ports, 'join', NONCE_SECONDS);
    this.memberMasterKey = secretNamed(ports.keys, 'member-master', () => ports.rng.bytes(32));
  }

  /** What an issuer of any epoch must remember. */
  get issuingRegister(): IssuingRegister {
    const { store, joins } = this.ports;
    return {
      hasMember: (membershipKey) => joins.has(membershipKey),
      nextCounter: () => nextCounter(store, 'joins'),
      claimUnique: async (value) => {
        const claim = 'INSERT INTO claimed (value) VALUES (?) ON CONFLICT DO NOTHING';
        return (await store.run(claim, value)) === 1;
      },
    };
  }

  /** Issues in this epoch from now on; (x, y) of the one before is destroyed. */
  adoptEpoch(epoch: IssuingEpoch): void {
    this.current?.destroy();
    this.current = epoch;
  }

  /** PK_GK with its proof, for every verifier. */
  get groupKey(): SignedGroupKey {
    return this.epoch.key;
  }

  /** Opens a join for one doctor. */
  async openJoin(doctorId: string): Promise<JoinOffer> {
    return {
      nonce: await this.nonces.issue(doctorId),
      suite: this.ports.suite.id,
      groupKeyHash: sha256(this.groupKey.publicKey),
    };
  }

  /** Eq. 3 in, eq. 4 out; a repeated request gets the stored answer. */
  async register(request: DoctorRegistration): Promise<Result<{ readonly credential: Credential }>> {
    const { statement, signature, certificate } = request;
    const { identityKey } = certificate.body;
    const unfit =
      this.unfit(certificate, statement) ??
      (verifyStatement(identityKey, STATEMENT.doctorRegistration, statement, signature)
        ? this.stale(statement)
        : refusal('signature-invalid'));
    if (unfit) return unfit;
    const answered = await this.answered(signature);
    if (answered) return { ok: true, credential: decodeTemplate(CREDENTIAL_MESSAGE, answered) };
    if (!(await this.nonces.consume(statement.nonce, statement.doctorId))) return refusal('nonce-unknown');
    const { doctorId, nonce, membershipKey, membershipProof: proof, decryptionKey, groupKeyHash } = statement;
    const binding = { doctorId: utf8ToBytes(doctorId), nonce, membershipKey, proof };
    const result = await this.epoch.issuer.issue(binding);
    if (!result.ok) return refusal('membership-refused', result.reason);
    await this.enrol({ doctorId, membershipKey, decryptionKey, identityKey });
    const sealed = await this.ports.opening.sealHintKey(membershipKey, this.groupKey.epoch);
    const signed = {
      nonce,
      ...this.epochFields(groupKeyHash),
      groupCredential: result.credential,
      ...sealed,
      ...this.dates(),
    };
    const { authority } = this.ports;
    const credential = {
      ...signed,
      signature: authority.sign(STATEMENT.credential, { ...signed, membershipKey }),
    };
    const record = { ...this.recordFields('two-party', request), membershipKey, membershipProof: proof };
    await this.join(record, encodeTemplate(CREDENTIAL_MESSAGE, credential));
    return { ok: true, credential };
  }

  /** The same in the mode "issuer-made": F_GK(MK, ID_D) = K_D, as the paper has it. */
  async registerIssuerMade(
    request: IssuerMadeRegistration,
  ): Promise<Result<{ readonly credential: IssuerMadeCredential }>> {
    if (this.ports.joinMode !== 'issuer-made') return refusal('join-mode-refused');
    const { statement, signature, certificate } = request;
    const { identityKey } = certificate.body;
    const unfit =
      this.unfit(certificate, statement) ??
      (verifyStatement(identityKey, STATEMENT.issuerMadeRegistration, statement, signature)
        ? this.stale(statement)
        : refusal('signature-invalid'));
    if (unfit) return unfit;
    const answered = await this.answered(signature);
    if (answered) return { ok: true, credential: decodeTemplate(ISSUER_MADE_CREDENTIAL_MESSAGE, answered) };
    const { doctorId, nonce, decryptionKey, groupKeyHash } = statement;
    if (!(await this.nonces.consume(nonce, doctorId))) return refusal('nonce-unknown');
    const { epoch } = this.groupKey;
    const inputs = { doctorId, epoch, counter: await nextCounter(this.ports.store, 'joins') };
    const { secretKey, membershipKey } = issuerMadeKey(this.ports.curve, this.memberMasterKey, inputs);
    const result = await this.epoch.issuer.certify({ membershipKey, freshness: nonce });
    if (!result.ok) return refusal('membership-refused', result.reason);
    await this.enrol({ doctorId, membershipKey, decryptionKey, identityKey });
    const sealed = await this.ports.opening.sealMemberKey(membershipKey, epoch, secretKey);
    secretKey.fill(0);
    const signed = {
      nonce,
      ...this.epochFields(groupKeyHash),
      membershipKey,
      groupCredential: result.credential,
      ...sealed,
      ...this.dates(),
    };
    const { authority } = this.ports;
    const credential = { ...signed, signature: authority.sign(STATEMENT.issuerMadeCredential, signed) };
    const record = { ...this.recordFields('issuer-made', request), membershipKey };
    await this.join(record, encodeTemplate(ISSUER_MADE_CREDENTIAL_MESSAGE, credential));
    return { ok: true, credential };
  }

  /**
   * The record of the current epoch for a doctor's card; the same one however often it is asked for. Not
   * for the revoked, nor where T~ is not registered: a member who can not be opened does not go on.
   */
  async renewal(doctorId: string): Promise<Result<{ readonly renewal: Renewal }>> {
    const { opening, authority, store } = this.ports;
    const member = await one<StoredMember>(
      store,
      'SELECT doctor_id, membership_key FROM members WHERE doctor_id = ?',
      doctorId,
    );
    if (!member) return refusal('doctor-unknown');
    const membershipKey = member.membership_key;
    if (await opening.isRevokedMember(membershipKey)) return refusal('doctor-revoked');
    if (!(await opening.isOpenable(membershipKey))) return refusal('opening-not-registered');
    const { epoch, publicKey } = this.groupKey;
    const known = await this.renewalOf(membershipKey, epoch);
    if (known) return { ok: true, renewal: known };
    const freshness = uintToBytes(epoch, EPOCH_BYTES);
    const result = await this.epoch.issuer.certify({ membershipKey, freshness });
    if (!result.ok) return refusal('membership-refused', result.reason);
    const sealed = await opening.sealHintKey(membershipKey, epoch);
    const signed = {
      ...this.epochFields(sha256(publicKey)),
      groupCredential: result.credential,
      ...sealed,
      ...this.dates(),
    };
    const signature = authority.sign(STATEMENT.renewal, { doctorId, membershipKey, ...signed });
    const encoded = encodeTemplate(RENEWAL_MESSAGE, { ...signed, signature });
    const keep =
      'INSERT INTO renewals (membership_key, epoch, renewal) VALUES (?, ?, ?) ON CONFLICT DO NOTHING';
    await store.run(keep, membershipKey, epoch, encoded);
    // the first one that was kept counts, whoever made it
    return { ok: true, renewal: (await this.renewalOf(membershipKey, epoch))! };
  }

  /** Everybody who has joined and was not revoked, by ID_D. */
  async doctors(): Promise<readonly string[]> {
    const { opening, store } = this.ports;
    const active: string[] = [];
    const members = 'SELECT doctor_id, membership_key FROM members ORDER BY doctor_id';
    for (const { doctor_id, membership_key } of await store.all<StoredMember>(members)) {
      if (!(await opening.isRevokedMember(membership_key))) active.push(doctor_id);
    }
    return active;
  }

  private get epoch(): IssuingEpoch {
    if (!this.current) throw new Error('no epoch has begun');
    return this.current;
  }

  private epochFields(groupKeyHash: Uint8Array) {
    return { suite: this.ports.suite.id, epoch: this.groupKey.epoch, groupKeyHash };
  }

  private dates() {
    return { effectiveDate: this.ports.clock.now(), expirationDate: this.groupKey.expirationDate };
  }

  private recordFields(mode: JoinMode, { statement, signature, certificate }: IssuerMadeRegistration) {
    const { doctorId, nonce, groupKeyHash, decryptionKey } = statement;
    const suite = this.ports.suite.id;
    return {
      joinMode: JOIN_MODE[mode],
      suite,
      doctorId,
      nonce,
      groupKeyHash,
      decryptionKey,
      signature,
      certificate,
    };
  }

  /** Cert_D of the profession register, for this doctor. */
  private unfit(
    certificate: IdentityCertificate,
    statement: { readonly doctorId: string },
  ): Refusal | undefined {
    const { professionAuthorityKey, clock } = this.ports;
    if (!verifyIdentityCertificate(professionAuthorityKey, certificate, clock.now())) {
      return refusal('identity-certificate-invalid');
    }
    return certificate.body.subject === statement.doctorId ? undefined : refusal('identity-mismatch');
  }

  /** Made for the current group key, with a decryption key that can be sealed to. */
  private stale(statement: Pick<DoctorRegistration['statement'], 'groupKeyHash' | 'decryptionKey'>) {
    if (toHex(statement.groupKeyHash) !== toHex(sha256(this.groupKey.publicKey))) {
      return refusal('epoch-mismatch');
    }
    return isHpkeKey(statement.decryptionKey)
      ? undefined
      : refusal('message-malformed', 'the decryption key is no point of the curve');
  }

  /** The opening service knows every member; its counter stands in what K_i is made of. */
  private async enrol(member: Omit<EnrolledMember, 'joinCounter'>): Promise<void> {
    const { opening, store } = this.ports;
    await opening.enrol({ ...member, joinCounter: await nextCounter(store, 'enrolments') });
  }

  /** The public record, the doctor's current card and the answer that a repeated request gets: all or nothing. */
  private join(record: Omit<JoinRecord, 'position' | 'time'>, credential: Uint8Array): Promise<void> {
    const { doctorId, membershipKey, signature } = record;
    return this.ports.store.transaction(async (tx) => {
      await this.ports.joins.append(record, tx);
      await tx.run(
        `INSERT INTO members (doctor_id, membership_key) VALUES (?, ?)
          ON CONFLICT (doctor_id) DO UPDATE SET membership_key = excluded.membership_key`,
        doctorId,
        membershipKey,
      );
      await tx.run(
        'INSERT INTO credentials (request, epoch, credential) VALUES (?, ?, ?)',
        ...[sha256(signature), this.groupKey.epoch, credential],
      );
    });
  }

  /** The answer to a join of this epoch; one of an earlier epoch would be refused by everybody. */
  private async answered(signature: Uint8Array): Promise<Uint8Array | undefined> {
    const found = await one<{ readonly credential: Uint8Array }>(
      this.ports.store,
      'SELECT credential FROM credentials WHERE request = ? AND epoch = ?',
      sha256(signature),
      this.groupKey.epoch,
    );
    return found?.credential;
  }

  private async renewalOf(membershipKey: Uint8Array, epoch: number): Promise<Renewal | undefined> {
    const found = await one<{ readonly renewal: Uint8Array }>(
      this.ports.store,
      'SELECT renewal FROM renewals WHERE membership_key = ? AND epoch = ?',
      membershipKey,
      epoch,
    );
    return found && decodeTemplate(RENEWAL_MESSAGE, found.renewal);
  }
}
