/**
 * The drivers themselves and the card ends over a line that fails: no wrong answer is ever delivered as right, and a
 * reset puts everything right again. Waiting times pass at once.
 */

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fromHex, toHex } from '../../../apdu/index.js';
import { type Bench, gempc, type Outcome, type Protocol, serial, tryOnce } from './driver-bench.js';
import { FAULT_KINDS, onlyFault, type Plan } from './faulty-line.js';
import { throughTime, useVirtualTime } from './virtual-time.js';

/** Data in both directions, of more than one block under T=1; T=0 has one direction. */
const COMMANDS: Readonly<Record<Protocol, readonly Uint8Array[]>> = {
  'T=0': [fromHex(`80100000 14 ${'a5'.repeat(20)}`), fromHex('00100014 14')],
  'T=1': [fromHex(`80100028 28 ${'a5'.repeat(40)} 28`)],
};
/** Characters of a good exchange. */
async function lengthOf(bench: Bench, command: Uint8Array): Promise<number> {
  bench.line.begin({ faultIn: () => undefined });
  await throughTime(bench.connection.transmit(command), () => bench.line.bursts);
  return bench.line.carried;
}

async function everywhere(
  bench: Bench,
  command: Uint8Array,
  prepare: (at: number, variant: number) => string,
  variants: number,
): Promise<Record<Outcome, number>> {
  const tally = { right: 0, error: 0 };
  const length = await lengthOf(bench, command);
  for (let at = 0; at < length; at++) {
    for (let variant = 0; variant < variants; variant++) {
      const where = prepare(at, variant);
      tally[await tryOnce(bench, command, where)]++;
    }
  }
  return tally;
}

const faultAt = (at: number, variant: number): Plan =>
  onlyFault({ kind: FAULT_KINDS[variant]!, at, bit: at % 8 });

beforeAll(useVirtualTime);
afterAll(() => void vi.useRealTimers());

describe.each(['T=0', 'T=1'] as const)('a card that is reset at each character, %s', (protocol) => {
  it('never leaves a wrong answer, and answers after a reset of ours', async () => {
    for (const command of COMMANDS[protocol]) {
      const bench = await serial(protocol);
      const tally = await everywhere(
        bench,
        command,
        (at) => {
          bench.line.interruptAt(at, bench.spuriousReset!);
          return `reset at ${at} of ${toHex(command)}`;
        },
        1,
      );
      console.log(
        `${protocol}: reset at each of ${tally.right + tally.error} characters: ${JSON.stringify(tally)}`,
      );
      expect(tally.error).toBeGreaterThan(0);
      await bench.close();
    }
  });
});

describe('a serial line with one fault, through the driver', () => {
  it('is recovered under T=1, whatever character it hits', async () => {
    for (const command of COMMANDS['T=1']) {
      const bench = await serial('T=1');
      const tally = await everywhere(
        bench,
        command,
        (at, variant) => {
          bench.line.begin(faultAt(at, variant));
          return `${FAULT_KINDS[variant]} at ${at}`;
        },
        FAULT_KINDS.length,
      );
      console.log(`T=1: ${JSON.stringify(tally)}`);
      expect(tally.error).toBe(0);
      await bench.close();
    }
  });
});

describe.each(['T=0', 'T=1'] as const)('the line of a GemPC Twin with one fault, %s', (protocol) => {
  it('never leaves a wrong answer; what its frames can recover is recovered', async () => {
    for (const command of COMMANDS[protocol]) {
      const bench = await gempc(protocol);
      const tally = await everywhere(
        bench,
        command,
        (at, variant) => {
          bench.line.begin(faultAt(at, variant));
          return `${FAULT_KINDS[variant]} at ${at}`;
        },
        FAULT_KINDS.length,
      );
      console.log(`GemPC, ${protocol}: ${JSON.stringify(tally)}`);
      // what neither end can know to be a frame is lost: its first two characters
      expect(tally.error).toBeLessThan(tally.right / 20);
      await bench.close();
    }
  });
});
