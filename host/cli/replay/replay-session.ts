/** Runs a recorded session again and stops at the first byte that is another one. */

import { type DecodedExchange, equalBytes, type TraceDecoder, traceDecoder } from '../../../apdu/index.js';
import {
  type Card,
  type CardPorts,
  type CryptoEngine,
  type MismatchFault,
  nobleEngine,
  restoreCard,
} from '../../../applet/index.js';
import { CARD_KINDS, type CardKindName } from '../simulated-card.js';
import { memoryDigest, type RecordedSession, type SessionEvent } from './recorded-session.js';

/** What is another than it was. */
export type Divergence = {
  /** Commands of the session up to and with this one; all of them when the memory at the end differs. */
  readonly command: number;
  readonly holder: string;
} & (
  | {
      readonly kind: 'response';
      /** Position of the first differing byte in the response. */
      readonly byte: number;
      readonly expected: Answer;
      readonly actual: Answer;
      /** What went wrong inside the card, if it was a fault of the programs. */
      readonly fault?: string;
    }
  | {
      readonly kind: 'random';
      readonly exchange: Answer;
      readonly expectedBytes: number;
      readonly actualBytes: number;
    }
  | { readonly kind: 'memory at the end' }
);

/** A response, and for a command what it says, with secrets left out. */
export type Answer = { readonly bytes: number; readonly exchange?: DecodedExchange };

export type Replay = {
  readonly commands: number;
  readonly resets: number;
  /** Response bytes that were compared. */
  readonly responseBytes: number;
  readonly randomBytes: number;
  /** The cards as they are now, by holder. */
  readonly cards: ReadonlyMap<string, Card>;
  /** The command that was replayed last. */
  readonly last?: { readonly holder: string; readonly exchange: DecodedExchange };
  readonly divergence?: Divergence;
};

export type ReplayOptions = {
  /** Stop after this many commands; without it all are replayed and the memories at the end compared. */
  readonly to?: number | undefined;
  readonly engine?: CryptoEngine;
};

/** The programs of today can not take a card of the session up. */
export class ReplayRefused extends Error {
  constructor(
    readonly holder: string,
    readonly fault: MismatchFault,
  ) {
    super(`${holder}: ${fault.kind}`);
    this.name = 'ReplayRefused';
  }
}

/** @throws {ReplayRefused} */
export function replaySession(session: RecordedSession, options: ReplayOptions = {}): Replay {
  const seats = session.cards.map(
    ({ holder, start }) => new Seat(holder, start, options.engine ?? nobleEngine),
  );
  const counts = { commands: 0, resets: 0, responseBytes: 0, randomBytes: 0 };
  const cards = new Map(seats.map((seat) => [seat.holder, seat.card]));
  let latest: Seat | undefined;
  const state = () => {
    const exchange = latest?.latest();
    const last = latest && exchange ? { last: { holder: latest.holder, exchange } } : {};
    return { ...counts, cards, ...last };
  };
  for (const event of session.events) {
    if (counts.commands === options.to) break;
    const seat = seats[event.card]!;
    counts[event.kind === 'reset' ? 'resets' : 'commands']++;
    const divergence = seat.replay(event, counts.commands);
    if (divergence) return { ...counts, cards, divergence };
    latest = seat;
    counts.responseBytes += event.response.length;
    counts.randomBytes += event.random.length;
  }
  const replay = state();
  if (options.to !== undefined) return replay;
  const other = session.cards.findIndex(
    ({ endDigest }, i) => !equalBytes(endDigest, memoryDigest(seats[i]!.card.image())),
  );
  if (other < 0) return replay;
  const holder = seats[other]!.holder;
  return { ...replay, divergence: { kind: 'memory at the end', command: counts.commands, holder } };
}

/** One card of the session with its two traces: what was recorded and what comes now. */
class Seat {
  readonly card: Card;
  private readonly recorded = traceDecoder();
  private readonly now = traceDecoder();
  private random: Uint8Array = new Uint8Array(0);
  private drawn = 0;
  private fault: string | undefined;
  /** The exchange that was complete last. */
  private complete: DecodedExchange | undefined;

  constructor(
    readonly holder: string,
    start: RecordedSession['cards'][number]['start'],
    engine: CryptoEngine,
  ) {
    const kind = Object.hasOwn(CARD_KINDS, start.application)
      ? CARD_KINDS[start.application as CardKindName]
      : CARD_KINDS.patient;
    const restored = restoreCard(start, kind, this.ports(start.limits, engine));
    if (!restored.ok) throw new ReplayRefused(holder, restored.fault);
    this.card = restored.card;
  }

  /** `command` is the number of the event's command in the session. */
  replay(event: SessionEvent, command: number): Divergence | undefined {
    this.random = event.random;
    this.drawn = 0;
    const response = event.kind === 'reset' ? this.card.reset() : this.card.process(event.command);
    const at = { command, holder: this.holder };
    const recorded = this.feed(this.recorded, event, event.response);
    const now = this.feed(this.now, event, response);
    this.complete = now.at(-1) ?? this.complete;
    if (!equalBytes(response, event.response)) {
      const byte = firstDifference(response, event.response);
      const fault = this.fault === undefined ? {} : { fault: this.fault };
      const expected = answer(event.response, [...recorded, ...this.recorded.flush()]);
      return {
        ...at,
        kind: 'response',
        byte,
        expected,
        actual: answer(response, [...now, ...this.now.flush()]),
        ...fault,
      };
    }
    if (this.drawn === event.random.length) return undefined;
    const draws = { expectedBytes: event.random.length, actualBytes: this.drawn };
    return { ...at, kind: 'random', exchange: answer(response, [...now, ...this.now.flush()]), ...draws };
  }

  /** The last exchange, complete or not; ends the trace. */
  latest(): DecodedExchange | undefined {
    return this.now.flush().at(-1) ?? this.complete;
  }

  private feed(decoder: TraceDecoder, event: SessionEvent, response: Uint8Array) {
    if (event.kind === 'command') return decoder.feed(event.command, response);
    decoder.reset();
    return [];
  }

  /** Random numbers as recorded; zeros beyond them, which {@link replay} reports. */
  private ports(limits: CardPorts['limits'], engine: CryptoEngine): CardPorts {
    return {
      limits,
      engine,
      random: (length) => {
        const bytes = new Uint8Array(length);
        bytes.set(this.random.subarray(this.drawn, this.drawn + length));
        this.drawn += length;
        return bytes;
      },
      onFault: (error) => {
        this.fault = error instanceof Error ? error.message : String(error);
      },
    };
  }
}

/** A response with the exchange that it belongs to, complete or not. */
function answer(response: Uint8Array, exchanges: readonly DecodedExchange[]): Answer {
  const exchange = exchanges.at(-1);
  return { bytes: response.length, ...(exchange ? { exchange } : {}) };
}

function firstDifference(a: Uint8Array, b: Uint8Array): number {
  let byte = 0;
  while (byte < a.length && byte < b.length && a[byte] === b[byte]) byte++;
  return byte;
}
