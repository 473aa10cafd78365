import { fromHex, type Transmit, toHex } from '../../apdu/index.js';

/**
 * A card that expects exactly these exchanges, in this order: `['00A4…', '9000']`, both in hexadecimal.
 * `done()` fails when some are left.
 */
export function scriptedTransmit(...exchanges: readonly (readonly [command: string, response: string])[]): {
  readonly transmit: Transmit;
  done(): void;
} {
  let next = 0;
  return {
    async transmit(command) {
      const [expected, response] = exchanges[next++] ?? ['nothing more', ''];
      const got = toHex(command).toUpperCase();
      if (got !== expected.replace(/\s/g, ''))
        throw new Error(`exchange ${next}: got ${got}, expected ${expected}`);
      return fromHex(response);
    },
    done() {
      if (next !== exchanges.length) throw new Error(`${exchanges.length - next} exchanges are left`);
    },
  };
}
