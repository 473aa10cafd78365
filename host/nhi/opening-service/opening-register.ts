/** Members as the opening service knows them: T~ of each, from two shares that it checks against D. */

import { equalBytes, OPENING_HALF } from '../../../apdu/index.js';
import {
  combineOpeningShares,
  deriveHintKey,
  type HostCurve,
  type OpenableMember,
  type OpeningRegister,
} from '../../crypto/group-signature/index.js';
import type { Rng } from '../../crypto/random.js';
import { type Refusal, refusal } from '../../protocol/refusal.js';
import { openValue, sealValue } from '../../storage/sealed-value.js';
import { one, type Sql, type Store } from '../../storage/store.js';

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
  readonly deviceShare: Uint8Array | undefined;
  readonly kioskShare: Uint8Array | undefined;
  /** T~; secret: it tells every signature of that card, past and future. */
  readonly openingKey: Uint8Array | undefined;
  readonly revoked: boolean;
};
type StoredEntry = {
  readonly membership_key: Uint8Array;
  readonly doctor_id: string;
  readonly decryption_key: Uint8Array;
  readonly identity_key: Uint8Array;
  readonly join_counter: number;
  readonly device_share: Uint8Array | null;
  readonly kiosk_share: Uint8Array | null;
  readonly opening_key: Uint8Array | null;
  readonly revoked: number;
};

const SHARE_COLUMNS: Readonly<Record<number, 'device_share' | 'kiosk_share'>> = {
  [OPENING_HALF.device]: 'device_share',
  [OPENING_HALF.kiosk]: 'kiosk_share',
};

export class MemberRegister {
  private asked: Promise<boolean> | undefined;

  constructor(
    private readonly store: Store,
    private readonly curve: HostCurve,
    /** Whether the scheme opens by T~, or by the opening key alone. */
    private readonly needsOpeningKeys: boolean,
    /** What T~ and its shares lie under in the store. */
    private readonly storageKey: Uint8Array,
    private readonly rng: Rng,
  ) {}

  /** Knows a member; the same one again changes nothing. */
  async enrol({
    membershipKey,
    doctorId,
    decryptionKey,
    identityKey,
    joinCounter,
  }: EnrolledMember): Promise<void> {
    await this.store.run(
      `INSERT INTO opening_members (membership_key, doctor_id, decryption_key, identity_key, join_counter, revoked)
        VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING`,
      ...[membershipKey, doctorId, decryptionKey, identityKey, joinCounter],
    );
  }

  /** T~ of a member whose key NHI made; no shares are needed, NHI knows sk. */
  async setOpeningKey(
    membershipKey: Uint8Array,
    openingKey: Uint8Array,
    sql: Sql = this.store,
  ): Promise<void> {
    await sql.run(
      `UPDATE opening_members SET opening_key = ?, device_share = NULL, kiosk_share = NULL
        WHERE membership_key = ? AND opening_key IS NULL`,
      this.sealed(membershipKey, openingKey),
      membershipKey,
    );
  }

  member(membershipKey: Uint8Array): Promise<EnrolledMember | undefined> {
    return this.entry(membershipKey, this.store);
  }

  async isOpenable(membershipKey: Uint8Array): Promise<boolean> {
    const entry = await this.entry(membershipKey, this.store);
    return entry !== undefined && this.canOpen(entry);
  }

  /** Keeps a share; with the second one T~ is checked against D and registered once and for all. */
  addShare(membershipKey: Uint8Array, half: number, share: Uint8Array): Promise<Refusal | undefined> {
    return this.store.transaction(async (tx) => {
      const column = SHARE_COLUMNS[half];
      const entry = await this.entry(membershipKey, tx);
      if (!entry || !column) return refusal('opening-share-refused');
      const kept = await tx.run(
        `UPDATE opening_members SET ${column} = ?
          WHERE membership_key = ? AND ${column} IS NULL AND opening_key IS NULL`,
        this.sealed(membershipKey, share),
        membershipKey,
      );
      if (kept === 0) return refusal('opening-share-refused', 'it was given before');
      return this.combine(membershipKey, tx);
    });
  }

  private async combine(membershipKey: Uint8Array, tx: Sql): Promise<Refusal | undefined> {
    const { deviceShare, kioskShare } = (await this.entry(membershipKey, tx))!;
    if (!deviceShare || !kioskShare) return undefined;
    const combined = combineOpeningShares(this.curve, { membershipKey, shares: [deviceShare, kioskShare] });
    if (combined.ok) {
      await this.setOpeningKey(membershipKey, combined.openingKey, tx);
      return undefined;
    }
    // both are void: the card gives others
    const clear =
      'UPDATE opening_members SET device_share = NULL, kiosk_share = NULL WHERE membership_key = ?';
    await tx.run(clear, membershipKey);
    return refusal('opening-share-refused', combined.reason);
  }

  /** Revokes every card that a doctor has joined with so far; how many that are. */
  revoke(doctorId: string): Promise<number> {
    return this.store.run('UPDATE opening_members SET revoked = 1 WHERE doctor_id = ?', doctorId);
  }

  async isRevoked(membershipKey: Uint8Array): Promise<boolean> {
    return (await this.entry(membershipKey, this.store))?.revoked ?? false;
  }

  /** All members of an epoch that can be opened, or the revoked among them. */
  async forOpening(
    epoch: number,
    hintMasterKey: Uint8Array,
    which: 'all' | 'revoked',
  ): Promise<OpeningRegister> {
    const condition = which === 'revoked' ? ' WHERE revoked = 1' : '';
    const rows = await this.store.all<StoredEntry>(`${SELECT}${condition} ORDER BY join_counter`);
    const chosen = rows.map((row) => this.entryOf(row)).filter((entry) => this.canOpen(entry));
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

  /** Whether a signature must be tested at all. Signatures that were verified together ask once. */
  anyRevoked(): Promise<boolean> {
    this.asked ??= Promise.resolve().then(async () => {
      // whoever comes from now on might ask about a doctor who was revoked since
      this.asked = undefined;
      const found = 'SELECT join_counter FROM opening_members WHERE revoked = 1 LIMIT 1';
      return (await one(this.store, found)) !== undefined;
    });
    return this.asked;
  }

  private canOpen({ openingKey }: Entry): boolean {
    return !this.needsOpeningKeys || openingKey !== undefined;
  }

  private async entry(membershipKey: Uint8Array, sql: Sql): Promise<Entry | undefined> {
    const row = await one<StoredEntry>(sql, `${SELECT} WHERE membership_key = ?`, membershipKey);
    return row && this.entryOf(row);
  }

  private sealed(membershipKey: Uint8Array, secret: Uint8Array): Uint8Array {
    return sealValue(this.storageKey, membershipKey, secret, this.rng);
  }

  private entryOf(row: StoredEntry): Entry {
    const opened = (sealed: Uint8Array | null) =>
      sealed ? openValue(this.storageKey, row.membership_key, sealed) : undefined;
    return {
      membershipKey: row.membership_key,
      doctorId: row.doctor_id,
      decryptionKey: row.decryption_key,
      identityKey: row.identity_key,
      joinCounter: row.join_counter,
      deviceShare: opened(row.device_share),
      kioskShare: opened(row.kiosk_share),
      openingKey: opened(row.opening_key),
      revoked: row.revoked === 1,
    };
  }
}

const SELECT = `SELECT membership_key, doctor_id, decryption_key, identity_key, join_counter, device_share, kiosk_share,
  opening_key, revoked FROM opening_members`;

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
