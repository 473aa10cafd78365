/** Both ends of T=1 on a line that may be faulty, in one process and in no time. */

import {
  BlockReceiver,
  type Edc,
  encodeBlock,
  type Heard,
  T1Card,
  type T1Failure,
  T1Reader,
} from '../../../reader-drivers/index.js';
import { CountingCard } from './counting-card.js';
import { FaultyLine, type Plan } from './faulty-line.js';

export type T1Ends = { readonly ifsc: number; readonly ifsd: number; readonly edc: Edc };

export type T1Outcome = { readonly response: Uint8Array } | { readonly failed: T1Failure };

/** More blocks than any exchange needs: what goes on longer goes on for ever. */
const ENOUGH = 5000;

export class T1Bench {
  readonly card = new CountingCard();
  readonly #reader: T1Reader;
  #cardEnd: T1Card;
  readonly #ends: T1Ends;
  /** Waiting time extensions that the card asks for before each response. */
  extensions = 0;

  constructor(ends: T1Ends) {
    this.#ends = ends;
    this.#reader = new T1Reader(ends);
    this.#cardEnd = new T1Card({ maxCommandBytes: 65544 });
  }

  /** Sends a command over a line with `plan`. */
  exchange(command: Uint8Array, plan: Plan): T1Outcome & { readonly line: FaultyLine } {
    const line = new FaultyLine(plan);
    let step = this.#reader.start(command);
    for (let blocks = 0; blocks < ENOUGH; blocks++) {
      if (step.kind === 'response') return { response: step.response, line };
      if (step.kind === 'failed') return { failed: step.reason, line };
      const heard = this.#hear(line, encodeBlock(step.block, this.#ends.edc));
      step = this.#reader.heard(this.#answer(line, heard));
    }
    throw new Error(`the exchange goes on after ${ENOUGH} blocks`);
  }

  /** The card end's answer to a block, as the reader hears it. */
  #answer(line: FaultyLine, heard: Heard): Heard {
    let step = this.#cardEnd.heard(heard);
    if (step.kind === 'command') {
      const response = this.card.process(step.command);
      this.#ready = response;
      this.#extended = 0;
      step = this.#extended < this.extensions ? this.#cardEnd.extend(3) : this.#cardEnd.respond(response);
    } else if (step.kind === 'extended') {
      this.#extended++;
      step = this.#extended < this.extensions ? this.#cardEnd.extend(3) : this.#cardEnd.respond(this.#ready!);
    }
    return step.kind === 'send' ? this.#hear(line, encodeBlock(step.block, this.#ends.edc)) : 'silence';
  }

  #ready: Uint8Array | undefined;
  #extended = 0;

  /** What arrives of a block: itself, a fault in it, or nothing at all. */
  #hear(line: FaultyLine, block: Uint8Array): Heard {
    const { bytes } = line.carry(block);
    const receiver = new BlockReceiver(this.#ends.edc);
    let reception = receiver.pushAll(bytes);
    if (reception === 'incomplete') reception = receiver.timeout();
    return reception === 'incomplete' ? 'silence' : reception.block;
  }
}
