import type { LineDefect } from '../line-defect.js';
import { confirmsWithoutEffect } from '../t1-machine.js';

export const sizeIgnored: LineDefect = confirmsWithoutEffect(
  {
    id: 't1/size-ignored',
    cards: 'both',
    title: 'The size that the reader asks for is confirmed and not kept to.',
  },
  'IFS',
);
