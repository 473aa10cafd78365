/** What the professional application keeps in card memory: keys, role, group membership. */

import { GROUP_SUITES } from '../../apdu/index.js';
import { groupNeeds } from '../crypto/index.js';
import { planTrustAnchor, type TrustAnchor } from '../os/certificate-chain.js';
import type { MemoryPlan, NvmField, NvmString, RamField } from '../runtime/allocation.js';
import type { CardLimits } from '../runtime/card-limits.js';
import { CouponStock } from './coupon-stock.js';

export type ProfessionalMemory = TrustAnchor & {
  readonly cardSerial: NvmString;
  readonly issuerKey: NvmField;
  readonly doctorId: NvmString;
  readonly roleKey: NvmString;
  readonly keys: Readonly<
    Record<'signing' | 'decryption', { readonly secret: NvmString; readonly public: NvmField }>
  >;
  readonly group: {
    readonly suite: NvmField;
    readonly epoch: NvmField;
    readonly keyHash: NvmField;
    readonly nonce: NvmField;
    readonly secretKey: NvmString;
    readonly membershipKey: NvmString;
    /** In the form the suite computes with; empty until the join is complete. */
    readonly credential: NvmString;
    readonly hintKey: NvmString;
    /** Counts every use of sk, so that no derivation of a nonce repeats. */
    readonly counter: NvmField;
    /** How the join in progress, or the one completed, was begun: a value of JOIN_MODE. */
    readonly joinMode: NvmField;
  };
  /** The split of sk for the register of openings. */
  readonly opening: {
    /** Nothing given yet, the device's half, both. */
    readonly given: NvmField;
    /** The kiosk's half, from the time the device's was given until it is given itself. */
    readonly kioskHalf: NvmString;
    /** Set with the device's half; only a reset clears it, so that one session never gets both. */
    readonly sameSession: RamField;
  };
  readonly coupons: CouponStock;
  readonly ephemeralSecret: RamField;
  readonly ephemeralPublic: RamField;
  readonly ownChallenge: RamField;
  readonly holderChallenge: RamField;
  readonly authenticating: RamField;
  readonly doctorRandom: RamField;
  readonly commitmentOpen: RamField;
};

/** Longest encoded G1 point and longest stored credential of the suites, in bytes. */
const SUITES = Object.values(GROUP_SUITES);
const ENCODED_POINT_BYTES = Math.max(...SUITES.map(({ curve }) => curve.g1Bytes));
const CREDENTIAL_BYTES = Math.max(...SUITES.map((suite) => groupNeeds(suite).credentialBytes));

/** @throws {ProfileTooSmall} */
export function planProfessionalMemory(memory: MemoryPlan, limits: CardLimits): ProfessionalMemory {
  const keyPair = (name: string) => ({
    secret: memory.string(`${name} key: secret`, 32),
    public: memory.field(`${name} key: public`, 33),
  });
  return {
    cardSerial: memory.string('card serial', 8),
    issuerKey: memory.field('NHI signature key', 33),
    latestDate: memory.field('latest date seen', 4),
    doctorId: memory.string('doctor identifier', 16),
    roleKey: memory.string('role key', 32),
    keys: { signing: keyPair('identity'), decryption: keyPair('decryption') },
    group: {
      suite: memory.field('group: suite', 1),
      epoch: memory.field('group: epoch', 4),
      keyHash: memory.field('group: hash of the group public key', 32),
      nonce: memory.field('group: nonce of the join', 16),
      secretKey: memory.string('group: member key sk', 32),
      membershipKey: memory.string('group: membership key D', ENCODED_POINT_BYTES),
      credential: memory.string('group: credential', CREDENTIAL_BYTES),
      hintKey: memory.string('group: hint key', 32),
      counter: memory.field('group: counter', 4),
      joinMode: memory.field('group: join mode', 1),
    },
    opening: {
      given: memory.field('opening: halves given', 1),
      kioskHalf: memory.string("opening: kiosk's half", 32),
      sameSession: memory.transientField('opening: since the first half', 1, 'clear on reset'),
    },
    coupons: new CouponStock(memory, limits),
    ephemeralSecret: memory.transientField('card authentication: ephemeral secret', 32),
    ephemeralPublic: memory.transientField('card authentication: ephemeral public key', 33),
    ownChallenge: memory.transientField('card authentication: own challenge', 16),
    holderChallenge: memory.transientField("card authentication: patient card's challenge", 16),
    authenticating: memory.transientField('card authentication: open', 1),
    doctorRandom: memory.transientField('prescription number: own random', 16),
    commitmentOpen: memory.transientField('prescription number: open', 1),
    ...planTrustAnchor(memory),
  };
}
