/** Writes down what happens at the cards of a scenario: exchanges, decoded, with their figures, by phase. */

import { type DecodedExchange, type Transmit, traceDecoder } from '../../../apdu/index.js';
import type { Card, CommandFigures, OperationCount } from '../../../applet/index.js';
import type { CardName, PhaseObserver, PhaseOutcome, Rng } from '../../index.js';

/** A command with all its APDUs, on one card. */
export type RecordedCommand = {
  readonly card: CardName;
  readonly exchange: DecodedExchange;
  readonly figures: CommandFigures;
};

export type RecordedPhase = PhaseOutcome & { readonly commands: readonly RecordedCommand[] };

/** Who wants to know more of a run than its figures. */
export type RunListener = {
  readonly started?: (name: string) => void;
  readonly ended?: (phase: RecordedPhase) => void;
  /** May stand between a card and its random numbers; called before the card is made. */
  readonly random?: (holder: CardName, rng: Rng) => Rng;
  /** A card, under power, before its first command. */
  readonly inserted?: (holder: CardName, card: Card) => void;
  /** The card lost its power and got it back; what it answered. */
  readonly reset?: (holder: CardName, answer: Uint8Array) => void;
  /** A command is on its way to a card. */
  readonly sent?: (holder: CardName, command: Uint8Array) => void;
  readonly exchanged?: (holder: CardName, command: Uint8Array, response: Uint8Array) => void;
};

export class Recorder implements PhaseObserver {
  readonly phases: RecordedPhase[] = [];
  private commands: RecordedCommand[] = [];
  private readonly flushes: (() => void)[] = [];
  private readonly resets = new Map<CardName, () => void>();

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
    const decoder = traceDecoder();
    let waiting: CommandFigures[] = [];
    const record = (exchanges: readonly DecodedExchange[]): void => {
      for (const exchange of exchanges) {
        const figures = mergeFigures(waiting.slice(0, exchange.apdus));
        waiting = waiting.slice(exchange.apdus);
        this.commands.push({ card: holder, exchange, figures });
      }
    };
    this.flushes.push(() => record(decoder.flush()));
    this.resets.set(holder, () => {
      record(decoder.reset());
      const answer = card.reset();
      for (const listener of this.listeners) listener.reset?.(holder, answer);
    });
    return async (command) => {
      for (const listener of this.listeners) listener.sent?.(holder, command);
      const response = card.process(command);
      waiting.push(card.figures);
      for (const listener of this.listeners) listener.exchanged?.(holder, command, response);
      record(decoder.feed(command, response));
      return response;
    };
  }

  /** Takes the power from a card that is watched, and gives it back. */
  reset(holder: CardName): void {
    this.resets.get(holder)?.();
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
