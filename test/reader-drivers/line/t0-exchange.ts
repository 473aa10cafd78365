/** Both ends of T=0 on a line that may be faulty: wrong parity is signalled and repeated, as the protocol has it. */

import {
  CharacterReceiver,
  CharacterSender,
  T0Card,
  type T0CardOptions,
  type T0CardStep,
  type T0Command,
  type T0Failure,
  T0Reader,
  type T0ReaderStep,
  t0CommandOf,
} from '../../../reader-drivers/index.js';
import { CountingCard } from './counting-card.js';
import { FaultyLine, type Plan } from './faulty-line.js';

export type T0Outcome =
  | { readonly response: Uint8Array }
  /** `stray`: a character too many was on the line; nobody can say which. */
  | { readonly failed: T0Failure | 'stray' | 'parity' };

/** Thrown within one exchange by the end that gives up. */
class Lost extends Error {
  constructor(readonly reason: 'stray' | 'parity') {
    super(reason);
  }
}

export class T0Bench {
  readonly card = new CountingCard();
  #cardEnd: T0Card;
  /** Characters on their way to the card; what is left of them when it talks was one too many. */
  readonly #options: T0CardOptions;

  constructor(options: T0CardOptions) {
    this.#options = options;
    this.#cardEnd = new T0Card(options);
  }

  /** After a failure only a reset helps. */
  reset(): void {
    this.#cardEnd = new T0Card(this.#options);
  }

  exchange(apdu: Uint8Array, plan: Plan): T0Outcome & { readonly line: FaultyLine } {
    const line = new FaultyLine(plan);
    try {
      return { ...this.#run(line, t0CommandOf(apdu)!), line };
    } catch (error) {
      if (error instanceof Lost) return { failed: error.reason, line };
      throw error;
    }
  }

  #run(line: FaultyLine, command: T0Command): T0Outcome {
    const reader = new T0Reader(command);
    let step: T0ReaderStep = reader.start();
    let fromCard: number[] = [];
    for (;;) {
      switch (step.kind) {
        case 'response':
          return fromCard.length > 0 ? { failed: 'stray' } : { response: step.response };
        case 'failed':
          return { failed: step.reason };
        case 'send':
          if (fromCard.length > 0) return { failed: 'stray' };
          fromCard = this.#toCard(line, step.bytes);
          step = { kind: 'receive' };
          break;
        case 'receive': {
          const next = fromCard.shift();
          step = next === undefined ? reader.timeout() : reader.character(next);
        }
      }
    }
  }

  /** Characters to the card, and what it answers. A card that gets one too many stays silent. */
  #toCard(line: FaultyLine, bytes: Uint8Array): number[] {
    const characters = [...this.#carry(line, bytes)];
    const answers: number[] = [];
    for (;;) {
      const next = characters.shift();
      if (next === undefined) return answers;
      let step: T0CardStep = this.#cardEnd.character(next);
      if (step.kind === 'command' && characters.length > 0) return [];
      if (step.kind === 'command') step = this.#cardEnd.respond(this.card.process(step.command));
      if (step.kind === 'send') {
        if (characters.length > 0) return [];
        answers.push(...this.#carry(line, step.bytes));
      }
    }
  }

  /** A flipped bit is wrong parity: the receiver signals it, the sender repeats the character. */
  #carry(line: FaultyLine, bytes: Uint8Array): Uint8Array {
    const carried = line.carry(bytes);
    if (carried.damaged === undefined) return carried.bytes;
    const receiver = new CharacterReceiver();
    const sender = new CharacterSender();
    const good = bytes[carried.damaged]!;
    let reception = receiver.received(carried.bytes[carried.damaged]!, false);
    while (reception.kind === 'signal error') {
      if (sender.errorSignalled() === 'failed') throw new Lost('parity');
      const again = line.carry(Uint8Array.of(good));
      if (again.bytes.length !== 1) throw new Lost('parity');
      reception = receiver.received(again.bytes[0]!, again.damaged === undefined);
    }
    if (reception.kind === 'failed') throw new Lost('parity');
    sender.sent();
    const repaired = carried.bytes.slice();
    repaired[carried.damaged] = reception.byte;
    return repaired;
  }
}
