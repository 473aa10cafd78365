/** What a fuzz run had to reach and did not, each in a sentence that says what to do; and what it need not reach, with the reason. */

import type { ApplicationSpec } from '../../apdu/index.js';
import { declaredStates, declaredStatuses, leafName, provableLeaves } from './declared.js';
import type { FuzzTallies } from './tally.js';

/** Least share of APDUs that reach a handler. */
const LEAST_SHARE = 0.4;

type Reasons = Readonly<Record<string, string>>;

/** Status words that no random APDU leads to on either card. */
const UNSEEN_ON_BOTH: Reasons = {
  6581: 'the commit buffer of the default profile suffices for every command',
};

/** Declared status words that a run need not see, by application. */
export const UNSEEN: Readonly<Record<string, Reasons>> = {
  patient: UNSEEN_ON_BOTH,
  professional: {
    ...UNSEEN_ON_BOTH,
    6981: 'its one file is transparent, and it has no command for records',
    6987: 'none of its commands is protected',
  },
};

const ADD_A_START = 'add a start that leads there to test/fuzz';

/** One sentence for everything that was not reached. */
export function missing(application: ApplicationSpec, tallies: FuzzTallies): string[] {
  const card = `${application.id} card`;
  const sentences: string[] = [];
  if (tallies.share < LEAST_SHARE) {
    const percent = (100 * tallies.share).toFixed(1);
    sentences.push(`${card}: only ${percent} % of the APDUs reached a handler`);
  }
  for (const [id, { name }] of Object.entries(application.commands)) {
    if (tallies.commands.of(id) === 0) {
      sentences.push(`${card}: no APDU got as far as ${id} (${name}): ${ADD_A_START}`);
    }
  }
  for (const state of declaredStates(application)) {
    if (tallies.lifeCycles.of(state) === 0) {
      sentences.push(`${card}: no handler ran in life-cycle state "${state}": ${ADD_A_START}`);
    }
  }
  for (const leaf of provableLeaves(application).map(leafName)) {
    if (tallies.proven.of(leaf) === 0) {
      sentences.push(`${card}: no handler ran with "${leaf}" proven: ${ADD_A_START}`);
    }
  }
  const reasons = UNSEEN[application.id] ?? {};
  for (const status of declaredStatuses(application)) {
    if (tallies.statusWords.of(status) > 0 || status in reasons) continue;
    const declaring = Object.values(application.commands)
      .filter((command) => declaredStatuses({ ...application, commands: { command } }).includes(status))
      .map(({ id }) => id);
    const by = declaring.length > 3 ? `${declaring.length} commands` : declaring.join(', ');
    sentences.push(
      `${card}: ${status}, declared by ${by}, was never answered: ${ADD_A_START}, or a reason to UNSEEN`,
    );
  }
  return sentences;
}
