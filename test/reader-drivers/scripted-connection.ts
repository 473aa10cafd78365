import { fromHex, toHex } from '../../apdu/index.js';
import type { CardConnection } from '../../reader-drivers/index.js';

/**
 * A connection that expects exactly these exchanges, in this order: `['00A4…', '9000']`, both in hexadecimal.
 * `done()` fails when some are left.
 */
export function scriptedConnection(
  ...exchanges: readonly (readonly [command: string, response: string])[]
): CardConnection & { done(): void } {
  let next = 0;
  return {
    atr: fromHex('3B00'),
    protocol: 'T=0',
    async transmit(command) {
      const [expected, response] = exchanges[next++] ?? ['nothing more', ''];
      const got = toHex(command).toUpperCase();
      if (got !== expected.replace(/\s/g, ''))
        throw new Error(`exchange ${next}: got ${got}, expected ${expected}`);
      return fromHex(response);
    },
    async reset() {
      return fromHex('3B00');
    },
    async close() {},
    done() {
      if (next !== exchanges.length) throw new Error(`${exchanges.length - next} exchanges are left`);
    },
  };
}
