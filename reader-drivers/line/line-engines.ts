/** The machines of a card's end of the line, by name: a card that is wrong on purpose has one of them changed. */

import { T0Card } from '../t0/card.js';
import { BlockReceiver } from '../t1/block-receiver.js';
import { T1Card } from '../t1/card.js';

export const LINE_ENGINES = { BlockReceiver, T0Card, T1Card } as const;

export type LineEngines = typeof LINE_ENGINES;
