/**
 * The load: requests that do something new, spread among those that were answered before and are sent again.
 * What is shed or lost is sent again later; an answer that is neither an answer nor a clear "later" is a fault.
 */

import { type Answered, LineError } from '../../host/index.js';
import type { History } from './history.js';
import type { Outgoing } from './requests.js';

/** What became of the requests of one phase. */
export type Tally = {
  readonly seconds: number;
  readonly sent: number;
  readonly answered: number;
  /** 429 and 503 with Retry-After. */
  readonly shed: number;
  /** No answer. */
  readonly lost: number;
  /** Milliseconds within which 95 of 100 answers came. */
  readonly ms95: number;
};

/** One request in so many does something new, while there is any. */
const NEW_IN = 4;
/** Open loop: more than this are not under way at once; a client would have given up. */
const MOST_UNDER_WAY = 1_000;
const TICK_MS = 5;
const LOST_PAUSE_MS = 25;
const REFUSAL = 'urn:imis:refusal:';
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export class Generator {
  /** To be sent for the first time, or again because nobody answered. */
  private readonly fresh: Outgoing[] = [];
  private readonly repeats: Outgoing[];
  private turn = 0;
  private counts = { sent: 0, answered: 0, shed: 0, lost: 0 };
  private times: number[] = [];
  /** New requests that have no answer yet. */
  private open = 0;

  constructor(
    private readonly post: (request: Outgoing) => Promise<Answered>,
    private readonly history: History,
    /** What can be asked for ever. */
    always: readonly Outgoing[],
  ) {
    this.repeats = [...always];
  }

  /** These are new, from now on. */
  release(requests: readonly Outgoing[]): void {
    this.fresh.push(...requests);
    this.open += requests.length;
  }

  /** So many at once, each followed by the next. */
  closedLoop(atOnce: number, ms: number): Promise<Tally> {
    return this.phase(async (started) => {
      const work = async () => {
        while (performance.now() - started < ms) await this.one();
      };
      await Promise.all(Array.from({ length: atOnce }, work));
    });
  }

  /** So many a second, whatever the answers do. */
  openLoop(aSecond: number, ms: number): Promise<Tally> {
    return this.phase(async (started) => {
      const underWay = new Set<Promise<void>>();
      for (let sent = 0; performance.now() - started < ms; await pause(TICK_MS)) {
        const due = ((performance.now() - started) / 1000) * aSecond;
        for (; sent < due; sent++) {
          if (underWay.size >= MOST_UNDER_WAY) continue;
          const request = this.one().finally(() => underWay.delete(request));
          underWay.add(request);
        }
      }
      await Promise.all(underWay);
    });
  }

  /** Under load until everything new is answered and `during` is over; not for ever. */
  settle(atOnce: number, ms: number, during: Promise<void>): Promise<Tally> {
    let over = false;
    const ends = during.finally(() => {
      over = true;
    });
    return this.phase(async (started) => {
      const work = async () => {
        while ((this.open > 0 || !over) && performance.now() - started < ms) await this.one();
      };
      await Promise.all([ends, ...Array.from({ length: atOnce }, work)]);
      if (this.open > 0) this.history.wrong(`${this.open} requests were never answered`);
    });
  }

  private async phase(work: (started: number) => Promise<void>): Promise<Tally> {
    this.counts = { sent: 0, answered: 0, shed: 0, lost: 0 };
    this.times = [];
    const started = performance.now();
    await work(started);
    const seconds = (performance.now() - started) / 1000;
    const sorted = this.times.sort((a, b) => a - b);
    return { ...this.counts, seconds, ms95: sorted[Math.floor(sorted.length * 0.95)] ?? 0 };
  }

  private async one(): Promise<void> {
    const isNew = this.turn++ % NEW_IN === 0 && this.fresh.length > 0;
    const request = isNew ? this.fresh.shift()! : this.repeats[this.turn % this.repeats.length]!;
    this.counts.sent++;
    const sent = performance.now();
    let answer: string | undefined;
    try {
      answer = this.read(request, await this.post(request));
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      this.counts.lost++;
      await pause(LOST_PAUSE_MS);
    }
    if (answer === undefined) {
      if (isNew) this.fresh.push(request);
      return;
    }
    this.counts.answered++;
    this.times.push(performance.now() - sent);
    const { next, repeat } = request.told(answer);
    if (repeat) this.repeats.push(repeat);
    if (next) this.fresh.unshift(next);
    else if (isNew) this.open--;
  }

  /** `ok`, the code of a refusal, or nothing where it was shed. */
  private read({ path }: Outgoing, answered: Answered): string | undefined {
    const { status, contentType, text, retryAfterSeconds } = answered;
    if (status === 200) return 'ok';
    const problem = contentType === 'application/problem+json' ? (JSON.parse(text) as object) : {};
    const type = 'type' in problem ? String(problem.type) : '';
    if (status === 429 || status === 503) {
      this.counts.shed++;
      if (type === '' || !(retryAfterSeconds! > 0)) this.history.wrong(`${path}: an unclear ${status}`);
      return undefined;
    }
    if (!type.startsWith(REFUSAL)) this.history.wrong(`${path}: ${status} ${type}`);
    return type.slice(REFUSAL.length);
  }
}
