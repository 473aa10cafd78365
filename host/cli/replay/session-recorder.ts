/** Writes a session down while it happens. */

import { concatBytes } from '../../../apdu/index.js';
import { type Card, type SavedCard, savedCardOf } from '../../../applet/index.js';
import type { Rng } from '../../index.js';
import type { RunListener } from '../visit/recorder.js';
import { memoryDigest, type RecordedSession, type SessionEvent } from './recorded-session.js';

type Watched = { readonly holder: string; readonly card: Card; readonly start: SavedCard };

export class SessionRecorder {
  private readonly cards: Watched[] = [];
  private readonly events: SessionEvent[] = [];
  private readonly draws = new Map<string, Uint8Array[]>();

  /** `profile` is the name of the profile that the cards have; `seeded`, whether their random numbers follow from a seed. */
  constructor(
    private readonly profile: string,
    private readonly seeded: boolean,
  ) {}

  /** Lets a run tell this recorder what happens at its cards. */
  get listener(): Pick<RunListener, 'random' | 'inserted' | 'reset' | 'exchanged'> {
    return {
      random: (holder, rng) => this.random(holder, rng),
      inserted: (holder, card) => this.inserted(holder, card),
      reset: (holder, answer) => this.reset(holder, answer),
      exchanged: (holder, command, response) => this.exchanged(holder, command, response),
    };
  }

  /** The random numbers of a holder's card, written down as they are drawn. */
  random(holder: string, rng: Rng): Rng {
    const draws: Uint8Array[] = [];
    this.draws.set(holder, draws);
    return {
      bytes: (length) => {
        const bytes = rng.bytes(length);
        draws.push(bytes.slice());
        return bytes;
      },
    };
  }

  /** The card is there: what it is now is where its replay starts. */
  inserted(holder: string, card: Card): void {
    this.cards.push({ holder, card, start: savedCardOf(card, this.profile, this.seeded) });
    this.drawn(holder);
  }

  exchanged(holder: string, command: Uint8Array, response: Uint8Array): void {
    this.add('command', holder, command, response);
  }

  reset(holder: string, answer: Uint8Array): void {
    this.add('reset', holder, new Uint8Array(0), answer);
  }

  /** The session so far. */
  session(): RecordedSession {
    return {
      cards: this.cards.map(({ holder, card, start }) => ({
        holder,
        start,
        endDigest: memoryDigest(card.image()),
      })),
      events: [...this.events],
    };
  }

  private add(kind: SessionEvent['kind'], holder: string, command: Uint8Array, response: Uint8Array): void {
    const card = this.cards.findIndex((watched) => watched.holder === holder);
    if (card < 0) throw new Error(`no card of the ${holder} was inserted`);
    this.events.push({
      kind,
      card,
      command: command.slice(),
      response: response.slice(),
      random: this.drawn(holder),
    });
  }

  /** What was drawn since the last call. */
  private drawn(holder: string): Uint8Array {
    return concatBytes(...(this.draws.get(holder)?.splice(0) ?? []));
  }
}
