/** The card is reset behind the reader's back at a character drawn by the seed, in commands of any size. */

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { toHex } from '../../../apdu/index.js';
import { SEED } from '../../apdu/seed.js';
import { Choices } from '../../support/seeded-random.js';
import { command, outgoing, RESET_EXCHANGES } from './commands.js';
import { type Protocol, serial, tryOnce } from './driver-bench.js';
import { useVirtualTime } from './virtual-time.js';

console.log(`seed ${SEED}`);

/** Half of them over T=1, half over T=0. */
const EXCHANGES = RESET_EXCHANGES / 2;
const TIMEOUT_MS = 60_000 + 10 * EXCHANGES;

function drawn(choices: Choices, number: number, protocol: Protocol): Uint8Array {
  const [data, answer] = [choices.below(60), choices.below(80)];
  if (protocol === 'T=1') return command(number, data, answer);
  return choices.oneIn(2) ? command(number, 1 + data, 0) : outgoing(answer);
}

beforeAll(useVirtualTime);
afterAll(() => void vi.useRealTimers());

describe.each(['T=0', 'T=1'] as const)('a card that is reset in the middle of commands, %s', (protocol) => {
  it(
    `${EXCHANGES} exchanges: no wrong answer is taken for right, each command is executed once at most`,
    async () => {
      const choices = new Choices(SEED + 2);
      const bench = await serial(protocol);
      const tally = { right: 0, error: 0 };
      for (let i = 0; i < EXCHANGES; i++) {
        const sent = drawn(choices, i, protocol);
        // more characters than the exchange has: a draw beyond its end is an exchange without a reset
        const at = choices.below(2 * sent.length + 60);
        bench.line.interruptAt(at, bench.spuriousReset!);
        const where = `seed ${SEED}, exchange ${i}: ${toHex(sent)}, reset at character ${at}`;
        tally[await tryOnce(bench, sent, where)]++;
      }
      await bench.close();
      console.log(`${protocol}: ${JSON.stringify(tally)}`);
      expect(tally.right).toBeGreaterThan(0);
      expect(tally.error).toBeGreaterThan(EXCHANGES / 10);
    },
    TIMEOUT_MS,
  );
});
