import { withHeaders } from '../header-collector.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const reservedInstructionExecuted: LineDefect = inEngine(
  {
    id: 't0/reserved-instruction-executed',
    cards: 'both',
    title: 'An instruction 6X or 9X is executed instead of refused.',
  },
  'T0Card',
  (T0Card) =>
    withHeaders(
      T0Card,
      () => (header, pass) =>
        (header[1]! & 0xf0) === 0x60 || (header[1]! & 0xf0) === 0x90
          ? { kind: 'send', bytes: Uint8Array.of(0x90, 0x00) }
          : pass(header),
    ),
);
