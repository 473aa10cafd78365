/** Cards with an application of others selected: log-in PIN verified, blocked, and at the end of the card's life. */

import {
  type ApplicationSpec,
  fromHex,
  LOG_IN_PINS,
  PIV_OBJECT,
  READ_OUT_APPLICATION,
} from '../../apdu/index.js';
import { type Card, PATIENT_CARD } from '../../applet/index.js';
import { LOG_IN_PIN, LOG_IN_PUK, WRONG_LOG_IN_PIN } from '../support/log-in.js';
import { personalisePatient } from '../support/personalised-card.js';
import { selectApplication } from '../support/transmit.js';
import { dictionaryOf, type FuzzStart, Starts } from './fuzz-start.js';

/** States as the card stores them. */
const STORED_STATE = { deactivated: 3, terminated: 2 } as const;
const TWO = (first: Uint8Array, second: Uint8Array) => Uint8Array.of(...first, ...second);

export function companionStarts(spec: ApplicationSpec): FuzzStart[] {
  const pins = [LOG_IN_PIN, LOG_IN_PIN, LOG_IN_PIN, WRONG_LOG_IN_PIN];
  const dictionary = dictionaryOf(spec, {
    [LOG_IN_PINS.holder.name]: pins,
    'current value and new value': [
      TWO(LOG_IN_PIN, LOG_IN_PIN),
      TWO(LOG_IN_PUK, LOG_IN_PUK),
      TWO(WRONG_LOG_IN_PIN, LOG_IN_PIN),
    ],
    'PUK and new PIN': [TWO(LOG_IN_PUK, LOG_IN_PIN), TWO(WRONG_LOG_IN_PIN, LOG_IN_PIN)],
    'reference of a private key': [Uint8Array.of(1)],
    'tag of a data object': Object.values(PIV_OBJECT),
    'two zeros': [new Uint8Array(2)],
  });
  const starts = new Starts(PATIENT_CARD, dictionary, spec);
  const { card } = personalisePatient({ interoperability: true });
  starts.add('selected', selected(card, spec), { times: spec === READ_OUT_APPLICATION ? 6 : 1 });
  for (const state of ['deactivated', 'terminated'] as const) {
    starts.add(state, selected(inState(card, state), spec), { isOver: true });
  }
  if (spec === READ_OUT_APPLICATION) return starts.list;
  starts.add('PIN verified', verified(selected(card, spec), LOG_IN_PIN), { times: 2 });
  const blocked = selected(card, spec);
  for (let tries = 0; tries <= LOG_IN_PINS.holder.tries; tries++) verified(blocked, WRONG_LOG_IN_PIN);
  starts.add('PIN blocked', blocked);
  return starts.list;
}

function selected(card: Card, { aid }: ApplicationSpec): Card {
  const fork = card.fork();
  selectApplication((command) => fork.process(command), aid);
  return fork;
}

function verified(card: Card, pin: Uint8Array): Card {
  card.process(Uint8Array.of(...fromHex('0020008008'), ...pin));
  return card;
}

function inState(card: Card, state: keyof typeof STORED_STATE): Card {
  const fork = card.fork();
  const { offset } = fork.owners.nvm.find(({ name }) => name === 'life cycle')!;
  fork.nvm.write(offset, Uint8Array.of(STORED_STATE[state]));
  return fork;
}
