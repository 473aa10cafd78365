/** Random-looking bytes from a seed: a run of the suite can be repeated byte for byte. Test keys only. */

import { createHash } from 'node:crypto';
import { concatBytes, uintToBytes, utf8ToBytes } from '../../apdu/index.js';

export class SeededRandom {
  private counter = 0;

  /** @param label what the bytes are for; another label is another stream. */
  constructor(
    private readonly seed: number,
    private readonly label: string,
  ) {}

  bytes(length: number): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let have = 0; have < length; have += 32) {
      const input = concatBytes(
        uintToBytes(this.seed, 6),
        uintToBytes(this.counter++, 4),
        utf8ToBytes(this.label),
      );
      parts.push(createHash('sha256').update(input).digest());
    }
    return Uint8Array.from(concatBytes(...parts).subarray(0, length));
  }
}
