/** A command taken out of a run of a scenario: its APDUs, and the card as it was before the first of them. */

import { CHAINING_CLASS_BIT, type CommandSpec } from '../../apdu/index.js';
import type { Card } from '../../applet/index.js';
import type { CardName } from '../index.js';
import type { RunListener } from './visit/recorder.js';

const BYTES_WAIT = 0x61;

/** Takes the first command of a holder's card that a declaration with a constant P1 and P2 describes. */
export class CapturedCommand implements RunListener {
  readonly apdus: Uint8Array[] = [];
  #card: Card | undefined;
  #before: ReturnType<Card['snapshot']> | undefined;
  #whole = false;

  constructor(
    private readonly holder: CardName,
    private readonly spec: CommandSpec,
  ) {}

  inserted(holder: CardName, card: Card): void {
    if (holder === this.holder) this.#card = card;
  }

  sent(holder: CardName, command: Uint8Array): void {
    if (holder !== this.holder || this.#whole) return;
    if (this.apdus.length === 0) {
      if (!this.#isOne(command)) return;
      this.#before = this.#card!.snapshot();
    }
    this.apdus.push(command);
  }

  exchanged(holder: CardName, command: Uint8Array, response: Uint8Array): void {
    if (holder !== this.holder || this.apdus.length === 0) return;
    const goesOn = (command[0]! & CHAINING_CLASS_BIT) !== 0 || response.at(-2) === BYTES_WAIT;
    this.#whole ||= !goesOn;
  }

  /** The card of the run, which goes back in time. @throws {Error} when the run had no such command */
  cardBefore(): Card {
    if (!this.#card || !this.#before) throw new Error(`this run has no ${this.spec.name}`);
    this.#card.restore(this.#before);
    return this.#card;
  }

  #isOne([, ins, p1, p2]: Uint8Array): boolean {
    const value = (field: CommandSpec['p1']) => (field.kind === 'constant' ? field.value : undefined);
    return ins === this.spec.ins && p1 === value(this.spec.p1) && p2 === value(this.spec.p2);
  }
}
