/** Random values that are accepted once, by the purpose they were issued for, within a time. */

import { toHex } from '../../apdu/index.js';
import type { Clock } from '../clock.js';
import type { Rng } from '../crypto/random.js';

const LENGTH_BYTES = 16;

export class SingleUse {
  private readonly open = new Map<string, { readonly purpose: string; readonly expires: number }>();

  constructor(
    private readonly clock: Clock,
    private readonly rng: Rng,
    /** How long a value is accepted, in seconds. */
    private readonly lifetimeSeconds: number,
  ) {}

  /** A fresh value of 16 bytes, bound to `purpose`. */
  issue(purpose: string): Uint8Array {
    const value = this.rng.bytes(LENGTH_BYTES);
    this.open.set(toHex(value), { purpose, expires: this.clock.now() + this.lifetimeSeconds });
    return value;
  }

  /** Whether the value was issued for `purpose` and is still good; it is good no longer. */
  consume(value: Uint8Array, purpose: string): boolean {
    const key = toHex(value);
    const entry = this.open.get(key);
    if (!entry || entry.purpose !== purpose) return false;
    this.open.delete(key);
    return this.clock.now() <= entry.expires;
  }
}
