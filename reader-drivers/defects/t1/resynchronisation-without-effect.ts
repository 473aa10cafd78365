import type { LineDefect } from '../line-defect.js';
import { confirmsWithoutEffect } from '../t1-machine.js';

export const resynchronisationWithoutEffect: LineDefect = confirmsWithoutEffect(
  {
    id: 't1/resynchronisation-without-effect',
    cards: 'both',
    title: 'RESYNCH is confirmed and resets no number.',
  },
  'RESYNCH',
);
