/** Writes down what happens at the cards of a scenario: exchanges, decoded, with their figures, by phase. */

import { type DecodedExchange, type Transmit, traceDecoder } from '../../../apdu/index.js';
import type { Card, CommandFigures, OperationCount } from '../../../applet/index.js';
import type { CardConnection } from '../../../reader-drivers/index.js';
import type { CardName, PhaseObserver, PhaseOutcome, Rng } from '../../index.js';

/** A command with all its APDUs, on one card. */
export type RecordedCommand = {
  readonly card: CardName;
  readonly exchange: DecodedExchange;
  /** Of a card in a reader only what went over the wire is known; the rest is zero. */
  readonly figures: CommandFigures;
  /** The card is in a reader, and not on the simulator. */
  readonly inReader?: true;
};

/** A card in a reader. */
export type CardInReader = Pick<CardConnection, 'atr' | 'transmit' | 'reset'>;

export type RecordedPhase = PhaseOutcome & { readonly commands: readonly RecordedCommand[] };

/** Who wants to know more of a run than its figures. */
export type RunListener = {
  readonly started?: (name: string) => void;
  readonly ended?: (phase: RecordedPhase) => void;
  /** May stand between a card and its random numbers; called before the card is made. */
  readonly random?: (holder: CardName, rng: Rng) => Rng;
  /** A card, under power, before its first command. */
  readonly inserted?: (holder: CardName, card: Card) => void;
  /** A card in a reader, after its first reset; what it answered. */
  readonly connected?: (holder: CardName, atr: Uint8Array) => void;
  /** The card lost its power and got it back; what it answered. */
  readonly reset?: (holder: CardName, answer: Uint8Array) => void;
  /** A command is on its way to a card. */
  readonly sent?: (holder: CardName, command: Uint8Array) => void;
  readonly exchanged?: (holder: CardName, command: Uint8Array, response: Uint8Array) => void;
};

type Answered = { readonly response: Uint8Array; readonly figures: CommandFigures };

export class Recorder implements PhaseObserver {
  readonly phases: RecordedPhase[] = [];
  private commands: RecordedCommand[] = [];
  private readonly flushes: (() => void)[] = [];
  private readonly resets = new Map<CardName, () => void | Promise<void>>();

  private readonly listeners: readonly RunListener[];

  constructor(...listeners: readonly RunListener[]) {
    this.listeners = listeners;
  }

  /** The random numbers that a card is to use. */
  randomFor(holder: CardName, rng: Rng): Rng {
    return this.listeners.reduce((drawn, listener) => listener.random?.(holder, drawn) ?? drawn, rng);
  }

  /** Carries APDUs to a simulated card and records them. */
  watch(holder: CardName, card: Card): Transmit {
    for (const listener of this.listeners) listener.inserted?.(holder, card);
    const trace = this.trace(holder, {});
    this.resets.set(holder, () => trace.reset(card.reset()));
    return (command) =>
      trace.exchange(command, () => ({ response: card.process(command), figures: card.figures }));
  }

  /** Carries APDUs to a card in a reader and records them. */
  watchReader(holder: CardName, card: CardInReader): Transmit {
    for (const listener of this.listeners) listener.connected?.(holder, card.atr);
    const trace = this.trace(holder, { inReader: true });
    this.resets.set(holder, async () => trace.reset(await card.reset()));
    return (command) =>
      trace.exchange(command, async () => {
        const response = await card.transmit(command);
        return { response, figures: { ...NOTHING, bytesIn: command.length, bytesOut: response.length } };
      });
  }

  /** Takes the power from a card that is watched, and gives it back. */
  async reset(holder: CardName): Promise<void> {
    await this.resets.get(holder)?.();
  }

  /** Writes down what one card is sent and answers, as soon as it can be decoded. */
  private trace(holder: CardName, more: Pick<RecordedCommand, 'inReader'>) {
    const decoder = traceDecoder();
    let waiting: CommandFigures[] = [];
    const record = (exchanges: readonly DecodedExchange[]): void => {
      for (const exchange of exchanges) {
        const figures = mergeFigures(waiting.slice(0, exchange.apdus));
        waiting = waiting.slice(exchange.apdus);
        this.commands.push({ card: holder, exchange, figures, ...more });
      }
    };
    this.flushes.push(() => record(decoder.flush()));
    return {
      reset: (answer: Uint8Array): void => {
        record(decoder.reset());
        for (const listener of this.listeners) listener.reset?.(holder, answer);
      },
      exchange: async (
        command: Uint8Array,
        carry: () => Answered | Promise<Answered>,
      ): Promise<Uint8Array> => {
        for (const listener of this.listeners) listener.sent?.(holder, command);
        const { response, figures } = await carry();
        waiting.push(figures);
        for (const listener of this.listeners) listener.exchanged?.(holder, command, response);
        record(decoder.feed(command, response));
        return response;
      },
    };
  }

  started(phase: { readonly name: string }): void {
    this.commands = [];
    for (const listener of this.listeners) listener.started?.(phase.name);
  }

  ended(outcome: PhaseOutcome): void {
    for (const flush of this.flushes) flush();
    const phase = { ...outcome, commands: this.commands };
    this.phases.push(phase);
    for (const listener of this.listeners) listener.ended?.(phase);
  }
}

const NOTHING = mergeFigures([]);

/** One command's figures from those of its APDUs: sums, and the highest RAM peak. */
export function mergeFigures(parts: readonly CommandFigures[]): CommandFigures {
  const operations = new Map<string, OperationCount>();
  for (const { name, length, count } of parts.flatMap((part) => part.operations)) {
    const key = `${name}|${length}`;
    operations.set(key, { name, length, count: (operations.get(key)?.count ?? 0) + count });
  }
  const sum = (pick: (part: CommandFigures) => number) =>
    parts.reduce((total, part) => total + pick(part), 0);
  return {
    bytesIn: sum((part) => part.bytesIn),
    bytesOut: sum((part) => part.bytesOut),
    ramPeakBytes: Math.max(0, ...parts.map((part) => part.ramPeakBytes)),
    nvmBytes: sum((part) => part.nvmBytes),
    nvmPageWrites: sum((part) => part.nvmPageWrites),
    nvmPageErases: sum((part) => part.nvmPageErases),
    operations: [...operations.values()],
  };
}
