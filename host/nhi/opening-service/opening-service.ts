/**
 * NHI's opening service: who signed, for a judge or after a complaint, and whether a signer was revoked.
 * It holds the opening key of the epoch (in PS-G1 MK_hint, with T~ of every member) and nothing of the
 * issuing key: it recognises signatures and makes none.
 */

import { encodeHpkeInfo, type GroupSuite, STATEMENT, toHex, utf8ToBytes } from '../../../apdu/index.js';
import type { Clock } from '../../clock.js';
import type { EcKeyPair } from '../../crypto/ecdsa.js';
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
import { nextCounter } from '../../storage/counter.js';
import { type KeyStore, keyPairNamed, secretNamed } from '../../storage/key-store.js';
import type { Store } from '../../storage/store.js';
import type { AuditLog, LoggedOpening } from '../audit-log.js';
import { SingleUse } from '../single-use.js';
import { type EnrolledMember, hintKeyOf, MemberRegister } from './opening-register.js';
import { openOpeningShare } from './share-message.js';

/** K_i, or sk and K_i, on the way to a card. */
export type SealedKeys = {
  readonly messageId: Uint8Array;
  /** Absent where the suite has no K_i and there is nothing to seal. */
  readonly sealedHintKey?: Uint8Array;
};

const NONCE_SECONDS = 24 * 3600;
const NO_AAD = new Uint8Array(0);

/** Where the opening key of an epoch is kept; MK_hint in PS-G1. */
function openingKeyName(epoch: number): string {
  return `opening-${epoch}`;
}

export class OpeningService {
  private readonly scheme: GroupScheme;
  private readonly sealing: EcKeyPair;
  private readonly register: MemberRegister;
  private readonly nonces: SingleUse;

  constructor(
    private readonly ports: {
      /** What doctors sign with, and its curve. */
      readonly suite: GroupSuite;
      readonly curve: HostCurve;
      /** The group key of an epoch, by which signatures are verified before they are opened. */
      readonly verifier: { of(epoch: number): MclGroupVerifier | undefined };
      readonly log: AuditLog;
      readonly store: Store;
      readonly keys: KeyStore;
      readonly clock: Clock;
      readonly rng: Rng;
    },
  ) {
    const { curve, keys, store, rng } = ports;
    this.sealing = keyPairNamed(keys, 'opening-sealing', rng);
    this.scheme = hostSchemeOf(ports.suite);
    const storageKey = secretNamed(keys, 'opening-storage', () => rng.bytes(32));
    this.register = new MemberRegister(store, curve, this.scheme.usesOpeningShares, storageKey, rng);
    this.nonces = new SingleUse(ports, 'opening', NONCE_SECONDS);
  }

  /** Where shares are sealed to. */
  get sealingKey(): Uint8Array {
    return this.sealing.publicKey;
  }

  /** The secret of the service for a new epoch; those before it still open what was signed then. */
  adoptEpoch(epoch: number, hintMasterKey: Uint8Array): void {
    this.ports.keys.save(openingKeyName(epoch), hintMasterKey);
  }

  /** Knows a member from the join on. */
  enrol(member: EnrolledMember): Promise<void> {
    return this.register.enrol(member);
  }

  /** K_i of an epoch, sealed to the member's card: the issuing service passes it on and can not read it. */
  async sealHintKey(membershipKey: Uint8Array, epoch: number): Promise<SealedKeys> {
    const member = await this.memberOf(membershipKey);
    if (!this.scheme.usesHintKey) return { messageId: newMessageId(this.ports.rng) };
    const hintKey = hintKeyOf(member, epoch, this.hintMasterKeyOf(epoch));
    return this.seal(member, hintKey);
  }

  /**
   * The same in the mode "issuer-made", where NHI made sk: sk ‖ K_i under one seal. T~ is registered at
   * once, for NHI needs nobody's share of a key it knows.
   */
  async sealMemberKey(membershipKey: Uint8Array, epoch: number, secretKey: Uint8Array): Promise<SealedKeys> {
    const member = await this.memberOf(membershipKey);
    await this.register.setOpeningKey(membershipKey, openingShare(this.ports.curve, secretKey));
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
  openShares(membershipKey: Uint8Array): Promise<Uint8Array> {
    return this.nonces.issue(`share of ${toHex(membershipKey)}`);
  }

  /** A share from the doctor's device or the kiosk; with the second one T~ is checked and registered. */
  async submitShare(sealed: SealedMessage): Promise<Result<{ readonly complete: boolean }>> {
    const opened = await openOpeningShare(sealed, this.sealing.secretKey);
    if (!opened.ok) return opened;
    const { statement, signature, openingShare: share } = opened.values;
    const { membershipKey, nonce, openingHalfOf } = statement;
    const member = await this.register.member(membershipKey);
    if (!member || member.doctorId !== statement.doctorId) return refusal('opening-share-refused');
    if (!verifyStatement(member.identityKey, STATEMENT.openingHalf, statement, signature)) {
      return refusal('signature-invalid');
    }
    if (!(await this.nonces.consume(nonce, `share of ${toHex(membershipKey)}`)))
      return refusal('nonce-unknown');
    const refused = await this.register.addShare(membershipKey, openingHalfOf, share);
    return refused ?? { ok: true, complete: await this.register.isOpenable(membershipKey) };
  }

  /** Whether signatures of a member can be opened: where the scheme needs T~, it is registered. */
  isOpenable(membershipKey: Uint8Array): Promise<boolean> {
    return this.register.isOpenable(membershipKey);
  }

  /** Who signed; logged with the reason, also when nobody is found. */
  async open(epoch: number, signed: SignedStatement, reason: string) {
    const openings: OpeningLogEntry[] = [];
    const opener = await this.opener(epoch, 'all', openings);
    if (!opener) return refusal('epoch-mismatch');
    const opened = opener.open(signed);
    await this.log(openings, reason);
    return opened;
  }

  /** Opens for a judge and proves it, bound to the judge's nonce. */
  async openForJudge(
    epoch: number,
    signed: SignedStatement,
    judgeNonce: Uint8Array,
    reason: string,
  ): Promise<Result<{ readonly opening: ClaimedOpening; readonly logged: LoggedOpening }>> {
    const openings: OpeningLogEntry[] = [];
    const opener = await this.opener(epoch, 'all', openings);
    if (!opener) return refusal('epoch-mismatch');
    const opened = opener.open(signed);
    const logged = await this.log(openings, reason);
    if (!opened.ok || !logged) {
      return refusal('group-signature-invalid', opened.ok ? undefined : opened.reason);
    }
    const { member } = opened;
    const { rng, store } = this.ports;
    const nonce = { rng, counter: await nextCounter(store, 'opening-proofs') };
    const proof = opener.prove({ signed, member, judgeNonce }, nonce);
    if (!proof) return refusal('group-signature-invalid', 'there is nothing to prove');
    const { doctorId, membershipKey } = member;
    return { ok: true, opening: { signed, doctorId, membershipKey, judgeNonce, proof }, logged };
  }

  /** The log of openings, for the auditor and, when the case permits, for the doctor. */
  openings(doctorId?: string): Promise<readonly LoggedOpening[]> {
    return this.ports.log.openings(doctorId);
  }

  /** Takes every card that a doctor has joined with out of the group, in this epoch already. */
  async revoke(doctorId: string): Promise<Refusal | undefined> {
    return (await this.register.revoke(doctorId)) > 0 ? undefined : refusal('doctor-unknown');
  }

  isRevokedMember(membershipKey: Uint8Array): Promise<boolean> {
    return this.register.isRevoked(membershipKey);
  }

  /**
   * Whether a revoked member made a signature that verifies: the T~ of revoked members are tested, nobody
   * else's, and nothing is opened.
   */
  async isRevoked(epoch: number, signed: SignedStatement): Promise<boolean> {
    if (!(await this.register.anyRevoked())) return false;
    return (await this.opener(epoch, 'revoked', []))?.open(signed).ok ?? false;
  }

  /** What opens signatures of an epoch; it notes each opening in `openings`. */
  private async opener(
    epoch: number,
    which: 'all' | 'revoked',
    openings: OpeningLogEntry[],
  ): Promise<GroupOpener | undefined> {
    const verifier = this.ports.verifier.of(epoch);
    const openingKey = this.ports.keys.load(openingKeyName(epoch));
    if (!verifier || !openingKey) return undefined;
    const register = await this.register.forOpening(epoch, openingKey, which);
    const log = { record: (entry: OpeningLogEntry) => void openings.push(entry) };
    return makeGroupOpener(verifier, { openingKey, register, log });
  }

  /** On the disk before anybody is told a name. */
  private async log(
    openings: readonly OpeningLogEntry[],
    reason: string,
  ): Promise<LoggedOpening | undefined> {
    let last: LoggedOpening | undefined;
    for (const opening of openings) last = await this.ports.log.recordOpening({ ...opening, reason });
    return last;
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

  private async memberOf(membershipKey: Uint8Array): Promise<EnrolledMember> {
    const member = await this.register.member(membershipKey);
    if (!member) throw new Error('this member was not enrolled');
    return member;
  }

  private hintMasterKeyOf(epoch: number): Uint8Array {
    const key = this.ports.keys.load(openingKeyName(epoch));
    if (!key) throw new Error(`epoch ${epoch} has not begun`);
    return key;
  }
}
