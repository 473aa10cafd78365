/**
 * How many emergency searches a hospital may make in an hour. Each takes one of as many slots, which is free
 * again an hour later: requests that arrive together can not be held against the same count.
 */

import type { Clock } from '../clock.js';
import type { Sql } from '../storage/store.js';

/** Searches of one hospital in an hour; a large emergency department stays far below. */
const MOST_AN_HOUR = 30;
const HOUR_SECONDS = 3600;

/** A search that was taken. */
export type HourlySearch = {
  readonly hospitalId: string;
  readonly slot: number;
  /** Seconds since 1970. */
  readonly taken: number;
};

export class SearchRate {
  constructor(private readonly ports: { readonly store: Sql; readonly clock: Clock }) {}

  /** One search more, as part of `tx`; `undefined` when the hour's are used up. */
  async take(hospitalId: string, tx: Sql): Promise<HourlySearch | undefined> {
    const taken = this.ports.clock.now();
    const before = taken - HOUR_SECONDS;
    for (;;) {
      const rows = await tx.all<{ readonly slot: number }>(
        'SELECT slot FROM search_slots WHERE hospital_id = ? AND taken > ?',
        hospitalId,
        before,
      );
      const inUse = new Set(rows.map(({ slot }) => slot));
      const slot = SLOTS.find((candidate) => !inUse.has(candidate));
      if (slot === undefined) return undefined;
      const got = await tx.run(
        `INSERT INTO search_slots (hospital_id, slot, taken) VALUES (?, ?, ?)
          ON CONFLICT (hospital_id, slot) DO UPDATE SET taken = excluded.taken WHERE search_slots.taken <= ?`,
        ...[hospitalId, slot, taken, before],
      );
      if (got === 1) return { hospitalId, slot, taken };
      // another search took it in between
    }
  }

  /** The search was not made after all: the finger could not be read, say. */
  async giveBack({ hospitalId, slot, taken }: HourlySearch): Promise<void> {
    await this.ports.store.run(
      'UPDATE search_slots SET taken = 0 WHERE hospital_id = ? AND slot = ? AND taken = ?',
      ...[hospitalId, slot, taken],
    );
  }
}

const SLOTS: readonly number[] = Array.from({ length: MOST_AN_HOUR }, (_, slot) => slot);
