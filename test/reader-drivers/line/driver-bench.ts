/** The drivers themselves and the card ends over a line in memory; waiting times pass at once. */

import { expect } from 'vitest';
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
import { MemoryLine } from './memory-line.js';
import { throughTime } from './virtual-time.js';

const takesData = (header: Uint8Array): boolean => header[0] === 0x80;
export const ATRS = {
  'T=0': buildAtr({ convention: 'direct', interfaceBytes: [{}], historicalBytes: fromHex('80') }),
  'T=1': buildAtr({
    convention: 'direct',
    interfaceBytes: [{}, { protocol: 1 }, { protocol: 1, ta: 0x20, tb: 0x15 }],
    historicalBytes: fromHex('80'),
  }),
} as const;
export type Protocol = keyof typeof ATRS;

const NEXT = fromHex('00100002 02');

export type Bench = {
  readonly line: MemoryLine;
  readonly device: EchoDevice;
  readonly connection: CardConnection;
  readonly spuriousReset?: () => void;
  close(): Promise<void>;
};

export async function serial(protocol: Protocol): Promise<Bench> {
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

export async function gempc(protocol: Protocol): Promise<Bench> {
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

export type Outcome = 'right' | 'error';

/** One command over the line as prepared, then a reset and another one, which must be right. */
export async function tryOnce(bench: Bench, command: Uint8Array, where: string): Promise<Outcome> {
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
