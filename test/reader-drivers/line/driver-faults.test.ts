/**
 * The drivers themselves and the card ends over a line that fails: no wrong answer is ever delivered as right, and a
 * reset puts everything right again. Waiting times pass at once.
 */

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildAtr, equalBytes, fromHex, toHex } from '../../../apdu/index.js';
import {
  type CardConnection,
  type CardReset,
  connectGemPcOverLine,
  connectOverLine,
  GemPcReaderEnd,
  SerialCardEnd,
  TransportError,
} from '../../../reader-drivers/index.js';
import { responseTo } from './counting-card.js';
import { EchoDevice } from './echo-device.js';
import { FAULT_KINDS, onlyFault, type Plan } from './faulty-line.js';
import { MemoryLine } from './memory-line.js';
import { throughTime, useVirtualTime } from './virtual-time.js';

const takesData = (header: Uint8Array): boolean => header[0] === 0x80;
const ATRS = {
  'T=0': buildAtr({ convention: 'direct', interfaceBytes: [{}], historicalBytes: fromHex('80') }),
  'T=1': buildAtr({
    convention: 'direct',
    interfaceBytes: [{}, { protocol: 1 }, { protocol: 1, ta: 0x20, tb: 0x15 }],
    historicalBytes: fromHex('80'),
  }),
} as const;
type Protocol = keyof typeof ATRS;

/** Data in both directions, of more than one block under T=1; T=0 has one direction. */
const COMMANDS: Readonly<Record<Protocol, readonly Uint8Array[]>> = {
  'T=0': [fromHex(`80100000 14 ${'a5'.repeat(20)}`), fromHex('00100014 14')],
  'T=1': [fromHex(`80100028 28 ${'a5'.repeat(40)} 28`)],
};
const NEXT = fromHex('00100002 02');

type Bench = {
  readonly line: MemoryLine;
  readonly device: EchoDevice;
  readonly connection: CardConnection;
  readonly spuriousReset?: () => void;
  close(): Promise<void>;
};

async function serial(protocol: Protocol): Promise<Bench> {
  const line = new MemoryLine();
  const device = new EchoDevice(ATRS[protocol]);
  const end = new SerialCardEnd(device, line.card, { takesData });
  const reset: CardReset = {
    async reset(_, held) {
      held?.();
      end.reset();
    },
    release: async () => end.powerOff(),
  };
  const options = { path: 'memory', reset, protocol };
  const connection = await throughTime(connectOverLine(line.host, options), () => line.bursts);
  const close = async () => {
    await throughTime(connection.close(), () => line.bursts);
    await end.close();
  };
  return { line, device, connection, spuriousReset: () => end.reset(), close };
}

async function gempc(protocol: Protocol): Promise<Bench> {
  const line = new MemoryLine();
  const device = new EchoDevice(ATRS[protocol]);
  const end = new GemPcReaderEnd(device, line.card, { takesData });
  const connection = await throughTime(
    connectGemPcOverLine(line.host, { path: 'memory', protocol }),
    () => line.bursts,
  );
  const close = async () => {
    await throughTime(connection.close(), () => line.bursts);
    await end.close();
  };
  return { line, device, connection, close };
}

type Outcome = 'right' | 'error';

/** One command over the line as prepared, then a reset and another one, which must be right. */
async function tryOnce(bench: Bench, command: Uint8Array, where: string): Promise<Outcome> {
  const before = bench.device.executed;
  let outcome: Outcome = 'error';
  try {
    const response = await throughTime(bench.connection.transmit(command), () => bench.line.bursts);
    const right = responseTo(command);
    if (!equalBytes(response, right) && !isAnnouncement(response)) {
      throw new Error(`${where}: ${toHex(response)} was delivered for ${toHex(right)}`);
    }
    outcome = 'right';
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
  }
  expect(bench.device.executed - before, `${where}: executions`).toBeLessThanOrEqual(1);
  bench.line.begin({ faultIn: () => undefined });
  if (outcome === 'error') await throughTime(bench.connection.reset(), () => bench.line.bursts);
  const next = await throughTime(bench.connection.transmit(NEXT), () => bench.line.bursts);
  expect(next, `${where}: the next command`).toEqual(responseTo(NEXT));
  return outcome;
}

/** Under T=0 the answer to a command with data is announced, 61xx. */
function isAnnouncement(response: Uint8Array): boolean {
  return response.length === 2 && response[0] === 0x61;
}

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
