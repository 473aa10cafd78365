/** Random values that are accepted once, by the purpose they were issued for, within a time. */

import type { Clock } from '../clock.js';
import type { Rng } from '../crypto/random.js';
import { one, type Sql } from '../storage/store.js';

const LENGTH_BYTES = 16;

export class SingleUse {
  constructor(
    private readonly ports: { readonly store: Sql; readonly clock: Clock; readonly rng: Rng },
    /** What these values are for; no other kind accepts them. */
    private readonly kind: string,
    /** How long a value is accepted, in seconds. */
    private readonly lifetimeSeconds: number,
  ) {}

  /** A fresh value of 16 bytes, bound to `purpose`. */
  async issue(purpose: string): Promise<Uint8Array> {
    const { store, clock, rng } = this.ports;
    const value = rng.bytes(LENGTH_BYTES);
    const expires = clock.now() + this.lifetimeSeconds;
    const insert = 'INSERT INTO single_use (value, purpose, expires) VALUES (?, ?, ?)';
    await store.run(insert, value, this.name(purpose), expires);
    return value;
  }

  /** Whether the value was issued for `purpose` and is still good; it is good no longer. In `sql`, where that is given. */
  async consume(value: Uint8Array, purpose: string, sql: Sql = this.ports.store): Promise<boolean> {
    const used = await one<{ readonly expires: number }>(
      sql,
      'DELETE FROM single_use WHERE value = ? AND purpose = ? RETURNING expires',
      value,
      this.name(purpose),
    );
    return used !== undefined && this.ports.clock.now() <= used.expires;
  }

  private name(purpose: string): string {
    return `${this.kind}/${purpose}`;
  }
}

/** Forgets values that nobody used in time; how many. */
export function forgetExpired(sql: Sql, now: number): Promise<number> {
  return sql.run('DELETE FROM single_use WHERE expires < ?', now);
}
