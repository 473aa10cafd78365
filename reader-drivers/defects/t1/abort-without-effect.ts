import type { LineDefect } from '../line-defect.js';
import { confirmsWithoutEffect } from '../t1-machine.js';

export const abortWithoutEffect: LineDefect = confirmsWithoutEffect(
  { id: 't1/abort-without-effect', cards: 'both', title: 'ABORT is confirmed and the chain goes on.' },
  'ABORT',
);
