/**
 * Very many cards in little memory. A card is its memories and the programs are the same for all, so
 * each card is kept as a snapshot and takes its place in one body while it works.
 */

import { createHash } from 'node:crypto';
import type { Card, CardSnapshot } from '../../../applet/index.js';

export class Population {
  private readonly snapshots: CardSnapshot[] = [];

  /** @param body a card of the same kind and limits as all that come */
  constructor(private readonly body: Card) {}

  get size(): number {
    return this.snapshots.length;
  }

  /** A new card, begun from a snapshot and finished by `work`. */
  add(from: CardSnapshot, work: (card: Card) => void): void {
    this.body.restore(from);
    work(this.body);
    this.snapshots.push(this.body.snapshot());
  }

  /** Lets one card work; what it remembers afterwards is kept. */
  use<T>(number: number, work: (card: Card) => T): T {
    this.body.restore(this.snapshots[number]!);
    const result = work(this.body);
    this.snapshots[number] = this.body.snapshot();
    return result;
  }

  /** SHA-256 of a card's flash image: the programmed pages and where they stand say all of it. */
  hash(number: number): string {
    const { pages, programmed, content } = this.snapshots[number]!.nvm.flash;
    const numbers = JSON.stringify([...pages.subarray(0, programmed)]);
    return createHash('sha256').update(numbers).update(content).digest('base64');
  }
}
