/** A trace decoded with the specification, exchange by exchange. */

import {
  ALL_APPLICATIONS,
  type ApplicationSpec,
  type DecodedExchange,
  parseAtr,
  type TraceDecoder,
  toHex,
  traceDecoder,
} from '../../../apdu/index.js';
import type { TracePacket } from '../../../reader-drivers/index.js';

/** What a trace says, in the order in which it was complete. `apdus`: the messages as they stand in the file. */
export type ShownEvent = { readonly card: string; readonly timeUs: number } & (
  | { readonly kind: 'answer-to-reset'; readonly atr: string; readonly protocols: readonly number[] }
  | { readonly kind: 'exchange'; readonly exchange: DecodedExchange; readonly apdus: readonly string[] }
);

type Followed = { readonly decoder: TraceDecoder; apdus: string[]; command?: TracePacket; startUs: number };

const NO_BYTES = new Uint8Array(0);

/** `applications`: what the cards of the trace may have selected. */
export function* decodePackets(
  packets: Iterable<TracePacket>,
  applications: readonly ApplicationSpec[] = ALL_APPLICATIONS,
): Generator<ShownEvent> {
  const cards = new Map<string, Followed>();
  for (const packet of packets) {
    const { card } = packet;
    const followed = cards.get(card) ?? {
      decoder: traceDecoder(applications),
      apdus: [],
      startUs: packet.timeUs,
    };
    cards.set(card, followed);
    // a command behind another, or a reset: the first had no answer
    if (packet.kind !== 'response' && followed.command) yield* answered(card, followed, NO_BYTES);
    switch (packet.kind) {
      case 'command':
        followed.command = packet;
        break;
      case 'response':
        yield* answered(card, followed, packet.bytes);
        break;
      case 'answer-to-reset':
        yield* shown(card, followed, followed.decoder.reset());
        yield { card, timeUs: packet.timeUs, kind: 'answer-to-reset', ...atrOf(packet.bytes) };
    }
  }
  for (const [card, followed] of cards) {
    if (followed.command) yield* answered(card, followed, NO_BYTES);
    yield* shown(card, followed, followed.decoder.flush());
  }
}

/** A response without a command says nothing: the trace began in the middle. */
function* answered(card: string, followed: Followed, response: Uint8Array): Generator<ShownEvent> {
  const { command } = followed;
  if (!command) return;
  delete followed.command;
  if (followed.apdus.length === 0) followed.startUs = command.timeUs;
  followed.apdus.push(`C ${hex(command.bytes)}`, ...(response.length > 0 ? [`R ${hex(response)}`] : []));
  yield* shown(card, followed, followed.decoder.feed(command.bytes, response));
}

function* shown(
  card: string,
  followed: Followed,
  exchanges: readonly DecodedExchange[],
): Generator<ShownEvent> {
  for (const exchange of exchanges) {
    const apdus = followed.apdus.splice(0, linesOf(followed.apdus, exchange.apdus));
    yield { card, timeUs: followed.startUs, kind: 'exchange', exchange, apdus };
  }
}

/** Lines that belong to the first `commands` commands. */
function linesOf(apdus: readonly string[], commands: number): number {
  let seen = 0;
  const next = apdus.findIndex((line) => line.startsWith('C') && ++seen > commands);
  return next < 0 ? apdus.length : next;
}

function atrOf(bytes: Uint8Array): { readonly atr: string; readonly protocols: readonly number[] } {
  const atr = hex(bytes);
  try {
    return { atr, protocols: parseAtr(bytes).protocols };
  } catch {
    return { atr, protocols: [] };
  }
}

function hex(bytes: Uint8Array): string {
  return toHex(bytes).toUpperCase();
}
