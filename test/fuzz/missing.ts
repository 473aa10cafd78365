/** What a fuzz run had to reach and did not, each in a sentence that says what to do; and what it need not reach, with the reason. */

import { type ApplicationSpec, READ_OUT_APPLICATION } from '../../apdu/index.js';
import { declaredStates, declaredStatuses, leafName, provableLeaves } from './declared.js';
import type { FuzzTallies } from './tally.js';

/** Least share of APDUs that reach a handler. */
const LEAST_SHARE = 0.4;
/** Half of its commands are carried out without a handler. */
const LEAST_SHARE_OF_READ_OUT = 0.25;

type Reasons = Readonly<Record<string, string>>;

/** Status words that no random APDU leads to on either card. */
const UNSEEN_ON_BOTH: Reasons = {
  6581: 'the commit buffer of the default profile suffices for every command',
};

/** Status words that no APDU leads to in the applications of others. */
const UNSEEN_BESIDE: Reasons = {
  ...UNSEEN_ON_BOTH,
  '6883': 'none of its commands takes a chain',
  '6987': 'none of its commands is protected',
  '6988': 'none of its commands is protected',
  '6a84': 'its commands need little RAM and write little',
};

/** Declared status words that a run need not see, by application. */
export const UNSEEN: Readonly<Record<string, Reasons>> = {
  patient: UNSEEN_ON_BOTH,
  professional: {
    ...UNSEEN_ON_BOTH,
    6981: 'its one file is transparent, and it has no command for records',
    6987: 'none of its commands is protected',
  },
  pkcs15: { ...UNSEEN_BESIDE, 6981: 'its files are transparent, and it has no command for records' },
  piv: { ...UNSEEN_BESIDE, '6a88': 'no parameter of its commands names an object' },
  readout: { ...UNSEEN_BESIDE, 6982: 'what it has is for everybody' },
};

const ADD_A_START = 'add a start that leads there to test/fuzz';

/** One sentence for everything that was not reached. */
export function missing(application: ApplicationSpec, tallies: FuzzTallies): string[] {
  const card = `${application.id} card`;
  const sentences: string[] = [];
  if (tallies.share < (application === READ_OUT_APPLICATION ? LEAST_SHARE_OF_READ_OUT : LEAST_SHARE)) {
    const percent = (100 * tallies.share).toFixed(1);
    sentences.push(`${card}: only ${percent} % of the APDUs reached a handler`);
  }
  for (const [id, { name }] of Object.entries(application.commands)) {
    if (tallies.commands.of(id) === 0) {
      sentences.push(`${card}: no APDU got as far as ${id} (${name}): ${ADD_A_START}`);
    }
  }
  for (const state of declaredStates(application)) {
    // nobody finds it before ACTIVATE FILE
    if (application.sharesLifeCycle && state === 'initialisation') continue;
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
