/** Members as the opening service knows them: T~ of each, from two shares that it checks against D. */

import { equalBytes, OPENING_HALF, toHex } from '../../../apdu/index.js';
import {
  combineOpeningShares,
  deriveHintKey,
  type HostCurve,
  type OpenableMember,
  type OpeningRegister,
} from '../../crypto/group-signature/index.js';
import { type Refusal, refusal } from '../../protocol/refusal.js';

/** A member from the join on. */
export type EnrolledMember = {
  /** ID_D. */
  readonly doctorId: string;
  /** D, encoded. */
  readonly membershipKey: Uint8Array;
  /** Where K_i is sealed to. */
  readonly decryptionKey: Uint8Array;
  /** SK_D's public key, by which the card says that it gave a half out. */
  readonly identityKey: Uint8Array;
  readonly joinCounter: number;
};

type Entry = EnrolledMember & {
  readonly shares: Map<number, Uint8Array>;
  /** T~; secret: it tells every signature of that card, past and future. */
  openingKey: Uint8Array | undefined;
  revoked: boolean;
};

export class MemberRegister {
  /** By D, hexadecimal. */
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly curve: HostCurve,
    /** Whether the scheme opens by T~, or by the opening key alone. */
    private readonly needsOpeningKeys: boolean,
  ) {}

  enrol(member: EnrolledMember): void {
    const key = toHex(member.membershipKey);
    if (this.entries.has(key)) throw new Error('this D has joined before');
    this.entries.set(key, { ...member, shares: new Map(), openingKey: undefined, revoked: false });
  }

  /** T~ of a member whose key NHI made; no shares are needed, NHI knows sk. */
  setOpeningKey(membershipKey: Uint8Array, openingKey: Uint8Array): void {
    this.entries.get(toHex(membershipKey))!.openingKey = openingKey;
  }

  member(membershipKey: Uint8Array): EnrolledMember | undefined {
    return this.entries.get(toHex(membershipKey));
  }

  isOpenable(membershipKey: Uint8Array): boolean {
    const entry = this.entries.get(toHex(membershipKey));
    return entry !== undefined && this.canOpen(entry);
  }

  /** Keeps a share; with the second one T~ is checked against D and registered once and for all. */
  addShare(membershipKey: Uint8Array, half: number, share: Uint8Array): Refusal | undefined {
    const entry = this.entries.get(toHex(membershipKey));
    if (!entry || !Object.values<number>(OPENING_HALF).includes(half))
      return refusal('opening-share-refused');
    if (entry.openingKey || entry.shares.has(half))
      return refusal('opening-share-refused', 'it was given before');
    entry.shares.set(half, share);
    const [device, kiosk] = [OPENING_HALF.device, OPENING_HALF.kiosk].map((of) => entry.shares.get(of));
    if (!device || !kiosk) return undefined;
    entry.shares.clear();
    const combined = combineOpeningShares(this.curve, { membershipKey, shares: [device, kiosk] });
    if (!combined.ok) return refusal('opening-share-refused', combined.reason);
    entry.openingKey = combined.openingKey;
    return undefined;
  }

  /** Revokes every card that a doctor has joined with so far; how many that are. */
  revoke(doctorId: string): number {
    const cards = [...this.entries.values()].filter((entry) => entry.doctorId === doctorId);
    for (const entry of cards) entry.revoked = true;
    return cards.length;
  }

  get anyRevoked(): boolean {
    return [...this.entries.values()].some(({ revoked }) => revoked);
  }

  isRevoked(membershipKey: Uint8Array): boolean {
    return this.entries.get(toHex(membershipKey))?.revoked ?? false;
  }

  private canOpen({ openingKey }: Entry): boolean {
    return !this.needsOpeningKeys || openingKey !== undefined;
  }

  /** All members of an epoch that can be opened, or the revoked among them. */
  forOpening(epoch: number, hintMasterKey: Uint8Array, which: 'all' | 'revoked'): OpeningRegister {
    const chosen = [...this.entries.values()].filter(
      (entry) => this.canOpen(entry) && (which === 'all' || entry.revoked),
    );
    const openable = (entry: Entry): OpenableMember => {
      const { doctorId, membershipKey } = entry;
      const hintKey = hintKeyOf(entry, epoch, hintMasterKey);
      return { doctorId, membershipKey, openingKey: entry.openingKey!, hintKey };
    };
    return {
      members: () => chosen.map(openable),
      memberWith: (membershipKey) => chosen.find((entry) => equalBytes(entry.membershipKey, membershipKey)),
    };
  }
}

/** Length of what stands for the card in K_i. */
const CARD_BYTES = 8;

/** K_i: the card stands in it by D, which no two cards share and no card has twice. */
export function hintKeyOf(
  { doctorId, membershipKey, joinCounter }: EnrolledMember,
  epoch: number,
  hintMasterKey: Uint8Array,
): Uint8Array {
  const cardSerial = membershipKey.subarray(0, CARD_BYTES);
  return deriveHintKey(hintMasterKey, { epoch, doctorId, cardSerial, joinCounter });
}
