/** The exchanges of a case through the trace decoder, which leaves secrets out. */

import { type ApplicationSpec, type DecodedExchange, traceDecoder } from '../apdu/index.js';
import type { CardEvent } from './test-card.js';

/** Decodes what happened on a connection, oldest first. */
export function decodeEvents(spec: ApplicationSpec, events: readonly CardEvent[]): DecodedExchange[] {
  const decoder = traceDecoder([spec]);
  const exchanges: DecodedExchange[] = [];
  for (const event of events) {
    exchanges.push(
      ...(event.kind === 'reset' ? decoder.reset() : decoder.feed(event.command, event.response)),
    );
  }
  exchanges.push(...decoder.flush());
  return exchanges;
}
