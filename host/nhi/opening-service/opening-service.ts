/**
 * NHI's opening service: who signed, for a judge or after a complaint, and whether a signer was revoked.
 * It holds the opening key of the epoch (in PS-G1 MK_hint, with T~ of every member) and nothing of the
 * issuing key: it recognises signatures and makes none.
 */

import { encodeHpkeInfo, type GroupSuite, STATEMENT, toHex, utf8ToBytes } from '../../../apdu/index.js';
import type { Clock } from '../../clock.js';
import { type EcKeyPair, generateEcKeyPair } from '../../crypto/ecdsa.js';
import {
  type ClaimedOpening,
  type GroupOpener,
  type GroupScheme,
  type HostCurve,
  hostSchemeOf,
  type MclGroupVerifier,
  makeGroupOpener,
  type OpeningLogEntry,
  openingShare,
  type SignedStatement,
} from '../../crypto/group-signature/index.js';
import { sealHpke } from '../../crypto/hpke.js';
import type { Rng } from '../../crypto/random.js';
import { type Refusal, type Result, refusal } from '../../protocol/refusal.js';
import { newMessageId, type SealedMessage } from '../../protocol/sealed-message.js';
import { verifyStatement } from '../../protocol/signed-statement.js';
import { SingleUse } from '../single-use.js';
import { type EnrolledMember, hintKeyOf, MemberRegister } from './opening-register.js';
import { openOpeningShare } from './share-message.js';

/** K_i, or sk and K_i, on the way to a card. */
export type SealedKeys = {
  readonly messageId: Uint8Array;
  /** Absent where the suite has no K_i and there is nothing to seal. */
  readonly sealedHintKey?: Uint8Array;
};

/** Every opening, for whom and why. */
export type LoggedOpening = OpeningLogEntry & { readonly reason: string; readonly time: number };

const NONCE_SECONDS = 24 * 3600;
const NO_AAD = new Uint8Array(0);

export class OpeningService {
  private readonly scheme: GroupScheme;
  private readonly sealing: EcKeyPair;
  private readonly register: MemberRegister;
  private readonly nonces: SingleUse;
  /** The opening key by epoch; MK_hint in PS-G1. */
  private readonly hintMasterKeys = new Map<number, Uint8Array>();
  private readonly openings: LoggedOpening[] = [];
  private proofs = 0;

  constructor(
    private readonly ports: {
      /** What doctors sign with, and its curve. */
      readonly suite: GroupSuite;
      readonly curve: HostCurve;
      /** The group key of an epoch, by which signatures are verified before they are opened. */
      readonly verifier: { of(epoch: number): MclGroupVerifier | undefined };
      readonly clock: Clock;
      readonly rng: Rng;
    },
  ) {
    const { curve, clock, rng } = ports;
    this.sealing = generateEcKeyPair(rng);
    this.scheme = hostSchemeOf(ports.suite);
    this.register = new MemberRegister(curve, this.scheme.usesOpeningShares);
    this.nonces = new SingleUse(clock, rng, NONCE_SECONDS);
  }

  /** Where shares are sealed to. */
  get sealingKey(): Uint8Array {
    return this.sealing.publicKey;
  }

  /** The secret of the service for a new epoch; those before it still open what was signed then. */
  adoptEpoch(epoch: number, hintMasterKey: Uint8Array): void {
    this.hintMasterKeys.set(epoch, hintMasterKey);
  }

  /** Knows a member from the join on. */
  enrol(member: EnrolledMember): void {
    this.register.enrol(member);
  }

  /** K_i of an epoch, sealed to the member's card: the issuing service passes it on and can not read it. */
  async sealHintKey(membershipKey: Uint8Array, epoch: number): Promise<SealedKeys> {
    const member = this.memberOf(membershipKey);
    if (!this.scheme.usesHintKey) return { messageId: newMessageId(this.ports.rng) };
    const hintKey = hintKeyOf(member, epoch, this.hintMasterKeyOf(epoch));
    return this.seal(member, hintKey);
  }

  /**
   * The same in the mode "issuer-made", where NHI made sk: sk ‖ K_i under one seal. T~ is registered at
   * once, for NHI needs nobody's share of a key it knows.
   */
  async sealMemberKey(membershipKey: Uint8Array, epoch: number, secretKey: Uint8Array): Promise<SealedKeys> {
    const member = this.memberOf(membershipKey);
    this.register.setOpeningKey(membershipKey, openingShare(this.ports.curve, secretKey));
    const hintKey = this.scheme.usesHintKey
      ? hintKeyOf(member, epoch, this.hintMasterKeyOf(epoch))
      : new Uint8Array(0);
    const both = new Uint8Array(secretKey.length + hintKey.length);
    both.set(secretKey);
    both.set(hintKey, secretKey.length);
    hintKey.fill(0);
    return this.seal(member, both);
  }

  /** A nonce for one half of one member's key. */
  openShares(membershipKey: Uint8Array): Uint8Array {
    return this.nonces.issue(`share of ${toHex(membershipKey)}`);
  }

  /** A share from the doctor's device or the kiosk; with the second one T~ is checked and registered. */
  async submitShare(sealed: SealedMessage): Promise<Result<{ readonly complete: boolean }>> {
    const opened = await openOpeningShare(sealed, this.sealing.secretKey);
    if (!opened.ok) return opened;
    const { statement, signature, openingShare: share } = opened.values;
    const { membershipKey, nonce, openingHalfOf } = statement;
    const member = this.register.member(membershipKey);
    if (!member || member.doctorId !== statement.doctorId) return refusal('opening-share-refused');
    if (!verifyStatement(member.identityKey, STATEMENT.openingHalf, statement, signature)) {
      return refusal('signature-invalid');
    }
    if (!this.nonces.consume(nonce, `share of ${toHex(membershipKey)}`)) return refusal('nonce-unknown');
    const refused = this.register.addShare(membershipKey, openingHalfOf, share);
    return refused ?? { ok: true, complete: this.register.isOpenable(membershipKey) };
  }

  /** Whether signatures of a member can be opened: where the scheme needs T~, it is registered. */
  isOpenable(membershipKey: Uint8Array): boolean {
    return this.register.isOpenable(membershipKey);
  }

  /** Who signed; logged with the reason, also when nobody is found. */
  open(epoch: number, signed: SignedStatement, reason: string) {
    const opener = this.opener(epoch, 'all', reason);
    return opener ? opener.open(signed) : refusal('epoch-mismatch');
  }

  /** Opens for a judge and proves it, bound to the judge's nonce. */
  openForJudge(
    epoch: number,
    signed: SignedStatement,
    judgeNonce: Uint8Array,
    reason: string,
  ): Result<{ readonly opening: ClaimedOpening }> {
    const opener = this.opener(epoch, 'all', reason);
    if (!opener) return refusal('epoch-mismatch');
    const opened = opener.open(signed);
    if (!opened.ok) return refusal('group-signature-invalid', opened.reason);
    const { member } = opened;
    const nonce = { rng: this.ports.rng, counter: ++this.proofs };
    const proof = opener.prove({ signed, member, judgeNonce }, nonce);
    if (!proof) return refusal('group-signature-invalid', 'there is nothing to prove');
    const { doctorId, membershipKey } = member;
    return { ok: true, opening: { signed, doctorId, membershipKey, judgeNonce, proof } };
  }

  /** The log of openings, for the auditor and, when the case permits, for the doctor. */
  get log(): readonly LoggedOpening[] {
    return this.openings;
  }

  /** Takes every card that a doctor has joined with out of the group, in this epoch already. */
  revoke(doctorId: string): Refusal | undefined {
    return this.register.revoke(doctorId) > 0 ? undefined : refusal('doctor-unknown');
  }

  isRevokedMember(membershipKey: Uint8Array): boolean {
    return this.register.isRevoked(membershipKey);
  }

  /**
   * Whether a revoked member made a signature that verifies: the T~ of revoked members are tested, nobody
   * else's, and nothing is opened.
   */
  isRevoked(epoch: number, signed: SignedStatement): boolean {
    if (!this.register.anyRevoked) return false;
    return this.opener(epoch, 'revoked')?.open(signed).ok ?? false;
  }

  private opener(epoch: number, which: 'all' | 'revoked', reason?: string): GroupOpener | undefined {
    const verifier = this.ports.verifier.of(epoch);
    const openingKey = this.hintMasterKeys.get(epoch);
    if (!verifier || !openingKey) return undefined;
    const record = (entry: OpeningLogEntry): void => {
      if (reason !== undefined) this.openings.push({ ...entry, reason, time: this.ports.clock.now() });
    };
    const register = this.register.forOpening(epoch, openingKey, which);
    return makeGroupOpener(verifier, { openingKey, register, log: { record } });
  }

  private async seal({ doctorId, decryptionKey }: EnrolledMember, keys: Uint8Array): Promise<SealedKeys> {
    const { rng } = this.ports;
    const messageId = newMessageId(rng);
    const recipient = utf8ToBytes(doctorId);
    const info = encodeHpkeInfo({ equation: 4, sender: 'nhi', recipient, messageId });
    const sealedHintKey = await sealHpke(decryptionKey, keys, { info, aad: NO_AAD }, rng);
    keys.fill(0);
    return { messageId, sealedHintKey };
  }

  private memberOf(membershipKey: Uint8Array): EnrolledMember {
    const member = this.register.member(membershipKey);
    if (!member) throw new Error('this member was not enrolled');
    return member;
  }

  private hintMasterKeyOf(epoch: number): Uint8Array {
    const key = this.hintMasterKeys.get(epoch);
    if (!key) throw new Error(`epoch ${epoch} has not begun`);
    return key;
  }
}
