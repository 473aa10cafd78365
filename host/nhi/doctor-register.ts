/**
 * The issuing service (eq. 3, 4): credentials on member keys that NHI never learns, or, in the mode
 * "issuer-made", on keys that NHI makes; a new credential for each member in each epoch. It holds x and y
 * of the current epoch and nothing by which a signature could be recognised.
 */

import {
  type CREDENTIAL_MESSAGE,
  type GroupSuite,
  type ISSUER_MADE_CREDENTIAL_MESSAGE,
  JOIN_MODE,
  type JoinMode,
  type RENEWAL_MESSAGE,
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
import type { DOCTOR_REGISTRATION_MESSAGE, ISSUER_MADE_REGISTRATION_MESSAGE } from '../protocol/messages.js';
import { type Refusal, type Result, refusal } from '../protocol/refusal.js';
import { verifyStatement } from '../protocol/signed-statement.js';
import type { CertificateAuthority } from './certificate-authority.js';
import { issuerMadeKey } from './issuer-made-key.js';
import type { JoinRegister } from './join-register.js';
import type { OpeningService } from './opening-service/index.js';
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

type Member = { readonly doctorId: string; readonly membershipKey: Uint8Array };

const NONCE_SECONDS = 3600;
const EPOCH_BYTES = 4;

export class DoctorRegister {
  private readonly nonces: SingleUse;
  /** MK of F_GK(MK, ID_D), in the mode "issuer-made". */
  private readonly memberMasterKey: Uint8Array;
  private readonly issued = new Map<string, Credential | IssuerMadeCredential>();
  private readonly renewals = new Map<string, Renewal>();
  private readonly claimed = new Set<string>();
  /** The card that each doctor joined with last. */
  private readonly members = new Map<string, Member>();
  private counter = 0;
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
      readonly clock: Clock;
      readonly rng: Rng;
    },
  ) {
    this.nonces = new SingleUse(ports.clock, ports.rng, NONCE_SECONDS);
    this.memberMasterKey = ports.rng.bytes(32);
  }

  /** What an issuer of any epoch must remember. */
  get issuingRegister(): IssuingRegister {
    return {
      hasMember: (membershipKey) => this.ports.joins.has(membershipKey),
      nextCounter: () => ++this.counter,
      claimUnique: (value) => {
        const before = this.claimed.size;
        return this.claimed.add(toHex(value)).size > before;
      },
    };
  }

  /** Issues in this epoch from now on; (x, y) of the one before is destroyed. */
  adoptEpoch(epoch: IssuingEpoch): void {
    this.current?.destroy();
    this.current = epoch;
    this.renewals.clear();
    // A join of the epoch before can not be answered again: its credential would be refused by everybody.
    this.issued.clear();
  }

  /** PK_GK with its proof, for every verifier. */
  get groupKey(): SignedGroupKey {
    return this.epoch.key;
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
    const { identityKey } = certificate.body;
    const unfit =
      this.unfit(certificate, statement) ??
      (verifyStatement(identityKey, STATEMENT.doctorRegistration, statement, signature)
        ? this.stale(statement)
        : refusal('signature-invalid'));
    if (unfit) return unfit;
    const requestKey = toHex(sha256(signature));
    const answered = this.issued.get(requestKey);
    if (answered) return { ok: true, credential: answered };
    if (!this.nonces.consume(statement.nonce, statement.doctorId)) return refusal('nonce-unknown');
    const { doctorId, nonce, membershipKey, membershipProof: proof, decryptionKey, groupKeyHash } = statement;
    const binding = { doctorId: utf8ToBytes(doctorId), nonce, membershipKey, proof };
    const result = await this.epoch.issuer.issue(binding);
    if (!result.ok) return refusal('membership-refused', result.reason);
    this.join({ doctorId, membershipKey, decryptionKey, identityKey });
    const sealed = await this.ports.opening.sealHintKey(membershipKey, this.groupKey.epoch);
    const signed = {
      nonce,
      ...this.epochFields(groupKeyHash),
      groupCredential: result.credential,
      ...sealed,
      ...this.dates(),
    };
    const { authority, joins } = this.ports;
    const credential = {
      ...signed,
      signature: authority.sign(STATEMENT.credential, { ...signed, membershipKey }),
    };
    joins.append({
      ...this.recordFields('two-party', request),
      membershipKey,
      membershipProof: proof,
    });
    this.issued.set(requestKey, credential);
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
    const requestKey = toHex(sha256(signature));
    const answered = this.issued.get(requestKey);
    if (answered) return { ok: true, credential: answered as IssuerMadeCredential };
    const { doctorId, nonce, decryptionKey, groupKeyHash } = statement;
    if (!this.nonces.consume(nonce, doctorId)) return refusal('nonce-unknown');
    const { epoch } = this.groupKey;
    const inputs = { doctorId, epoch, counter: ++this.counter };
    const { secretKey, membershipKey } = issuerMadeKey(this.ports.curve, this.memberMasterKey, inputs);
    const result = await this.epoch.issuer.certify({ membershipKey, freshness: nonce });
    if (!result.ok) return refusal('membership-refused', result.reason);
    this.join({ doctorId, membershipKey, decryptionKey, identityKey });
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
    const { authority, joins } = this.ports;
    const credential = { ...signed, signature: authority.sign(STATEMENT.issuerMadeCredential, signed) };
    joins.append({ ...this.recordFields('issuer-made', request), membershipKey });
    this.issued.set(requestKey, credential);
    return { ok: true, credential };
  }

  /**
   * The record of the current epoch for a doctor's card; the same one however often it is asked for. Not
   * for the revoked, nor where T~ is not registered: a member who can not be opened does not go on.
   */
  async renewal(doctorId: string): Promise<Result<{ readonly renewal: Renewal }>> {
    const member = this.members.get(doctorId);
    if (!member) return refusal('doctor-unknown');
    const { membershipKey } = member;
    const { opening, authority } = this.ports;
    if (opening.isRevokedMember(membershipKey)) return refusal('doctor-revoked');
    if (!opening.isOpenable(membershipKey)) return refusal('opening-not-registered');
    const known = this.renewals.get(toHex(membershipKey));
    if (known) return { ok: true, renewal: known };
    const { epoch, publicKey } = this.groupKey;
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
    const renewal = { ...signed, signature };
    this.renewals.set(toHex(membershipKey), renewal);
    return { ok: true, renewal };
  }

  /** Everybody who has joined and was not revoked, by ID_D. */
  get doctors(): readonly string[] {
    const { opening } = this.ports;
    return [...this.members.values()]
      .filter(({ membershipKey }) => !opening.isRevokedMember(membershipKey))
      .map(({ doctorId }) => doctorId);
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

  private join(
    member: Member & { readonly decryptionKey: Uint8Array; readonly identityKey: Uint8Array },
  ): void {
    const { doctorId, membershipKey } = member;
    this.ports.opening.enrol({ ...member, joinCounter: this.counter });
    this.members.set(doctorId, { doctorId, membershipKey });
  }
}
