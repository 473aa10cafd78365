import type { T0CardStep } from '../../t0/card.js';
import { withHeaders } from '../header-collector.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const getResponseTwice: LineDefect = inEngine(
  {
    id: 't0/get-response-twice',
    cards: 'both',
    title: 'GET RESPONSE gives the answer again that was fetched already.',
  },
  'T0Card',
  (T0Card) => {
    let instruction = 0;
    let last: Uint8Array | undefined;
    const repeating = class extends T0Card {
      override respond(response: Uint8Array): T0CardStep {
        const step = super.respond(response);
        if (instruction !== 0xc0 || step.kind !== 'send') return step;
        if (step.bytes.length > 2) last = step.bytes;
        return response.length === 2 && last ? { kind: 'send', bytes: last } : step;
      }
    };
    return withHeaders(repeating, () => (header, pass) => {
      instruction = header[1]!;
      return pass(header);
    });
  },
);
