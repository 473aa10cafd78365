/** Status words that the declarations name, and those of them that a fuzz run does not see, with the reason. */

import { type ApplicationSpec, statusesOf } from '../../apdu/index.js';
import type { Tally } from './tally.js';

/** Status words that no random APDU leads to on either card. */
const UNSEEN_ON_BOTH: Readonly<Record<string, string>> = {
  6282: 'this card answers what is left of a file with 9000',
  6283: 'SELECT answers the life-cycle state of a terminated application in its control parameters',
  6581: 'the commit buffer of the default profile suffices for every command',
};

/** By application. */
export const UNSEEN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  patient: UNSEEN_ON_BOTH,
  professional: {
    ...UNSEEN_ON_BOTH,
    6981: 'its one file is transparent, and it has no command for records',
    6987: 'none of its commands is protected',
    '6a84': 'its commands need less RAM than the default profile has, and its chains fit the buffer',
  },
};

/** Declared status words of an application as a tally writes them. */
export function declaredStatuses(application: ApplicationSpec): string[] {
  const names = Object.values(application.commands)
    .flatMap(statusesOf)
    .map(({ status: { sw, mask } }) =>
      sw
        .toString(16)
        .slice(0, mask === 0xff00 ? 2 : mask === 0xfff0 ? 3 : 4)
        .padEnd(4, 'x'),
    );
  return [...new Set(names)].sort();
}

/** Declared status words that a run neither saw nor lists. */
export function missingStatuses(application: ApplicationSpec, seen: Tally): string[] {
  return declaredStatuses(application).filter(
    (name) => seen.of(name) === 0 && !(name in (UNSEEN[application.id] ?? {})),
  );
}
