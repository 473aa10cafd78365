/** The member key of this card, as its programs use it. */

import { type GroupSuite, groupSuiteById, SW } from '../../apdu/index.js';
import type { GroupMemberKey } from '../crypto/index.js';
import type { Ram } from '../runtime/ram.js';
import { refuse } from '../runtime/status-error.js';
import type { ProfessionalMemory } from './professional-memory.js';

/**
 * The suite that the card joined with; 6985 on a card in use that is no member. There is none with half a membership:
 * ACTIVATE FILE refuses a join that was begun and not completed.
 */
export function currentSuite({ group }: ProfessionalMemory): GroupSuite {
  return groupSuiteById(group.suite.value) ?? refuse(SW.conditionsNotSatisfied);
}

/** The next value of the counter of uses of sk, written before it is used. */
export function nextCounter({ group }: ProfessionalMemory): number {
  const value = group.counter.value + 1;
  group.counter.value = value;
  return value;
}

/** Key and credential in RAM, for the length of the command. */
export function memberKey({ group }: ProfessionalMemory, ram: Ram): GroupMemberKey {
  return {
    secretKey: ram.keep(group.secretKey.read()),
    // not kept in RAM: its points are operands that the coprocessor copies into its scratch one by one
    credential: group.credential.read(),
    hintKey: ram.keep(group.hintKey.read()),
    groupKeyHash: ram.keep(group.keyHash.read()),
    epoch: group.epoch.value,
  };
}
