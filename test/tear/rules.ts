/** What the power-cut test takes for granted, each with its reason: everything else must be before or after. */

import { ALL_APPLICATIONS } from '../../apdu/index.js';

const TRIES = ALL_APPLICATIONS.flatMap(({ pins }) =>
  Object.values(pins).map(({ name }) => `${name}: tries left`),
);

/** Whether an owner of persistent bytes is the counter of a PIN's tries. */
export const isTryCounter = (owner: string): boolean => TRIES.includes(owner);

/** Numbers that only grow and are written ahead of what they guard, in a transaction of their own. */
export const WRITTEN_AHEAD: Readonly<Record<string, string>> = {
  'group: counter': 'a value that was drawn may not come again, so it is spent before it is used',
  'nonce counter of delegation and proxy keys':
    'as above: no nonce of a delegation or of a collection comes twice',
  'latest date seen': "the card's only notion of time moves on with every genuine certificate",
};

/** Commands that are declared to write and may be answered 9000 without writing. */
export const MAY_WRITE_NOTHING: Readonly<Record<string, string>> = {
  verifyCertificate: 'a certificate that brings no newer date changes nothing',
  verify: 'without data it only asks whether the PIN is verified',
};

/** Commands that the terminal can not repeat after a cut, though nothing of them happened. */
export const NOT_REPEATABLE: Readonly<Record<string, string>> = {
  closeDelegation:
    'a delegation that is opened anew has another commitment, and the half of the agent belongs to the old one',
  verify:
    'the last try of an agent PIN destroys its slot: where the try was spent, there is no slot left to ask',
};

/**
 * What a command wipes after its transaction, in steps of its own: dead with the transaction, so a cut may
 * leave any part of it as it was.
 */
export const WIPED_AFTERWARDS: Readonly<Record<string, string>> = {
  // the coupons of the epoch before: the new epoch on the card is what ends them
  renewMembership: 'coupons',
};
