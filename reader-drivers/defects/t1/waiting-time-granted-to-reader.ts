import type { LineDefect } from '../line-defect.js';
import { confirmsWithoutEffect } from '../t1-machine.js';

export const waitingTimeGrantedToReader: LineDefect = confirmsWithoutEffect(
  {
    id: 't1/waiting-time-granted-to-reader',
    cards: 'both',
    title: 'The card confirms a request for waiting time, which only a card may make.',
  },
  'WTX',
);
