import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { buildAtr, fromHex, parseAtr, toHex } from '../../apdu/index.js';
import {
  type CardConnection,
  connectGemPc,
  type GemPcOptions,
  type GemPcReaderEnd,
  openSerialLine,
  serveGemPc,
  withProtocols,
} from '../../reader-drivers/index.js';
import { responseTo } from './line/counting-card.js';
import { EchoDevice } from './line/echo-device.js';
import { SerialPair, whyNoSerialPair } from './pty.js';

const takesData = (header: Uint8Array): boolean => header[0] === 0x80;
const ATR = buildAtr({
  convention: 'direct',
  interfaceBytes: [{ ta: 0x95 }, { protocol: 1 }, { protocol: 1, ta: 0xfe, tb: 0x45 }],
  historicalBytes: fromHex('80'),
});
const BOTH = ['T=0', 'T=1'] as const;

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

type Bench = { readonly pair: SerialPair; readonly end: GemPcReaderEnd; readonly device: EchoDevice };

async function reader(options: Partial<GemPcOptions> = {}, atr = ATR): Promise<Bench> {
  const pair = await SerialPair.open();
  opened.push(() => pair.close());
  const device = new EchoDevice(atr);
  const end = await serveGemPc(withProtocols(device, BOTH), pair.card, { takesData, ...options });
  opened.push(() => end.close());
  return { pair, end, device };
}

async function connected(
  bench: Bench,
  protocol: 'T=0' | 'T=1' = 'T=1',
  answerTimeoutMs = 10_000,
): Promise<CardConnection> {
  const connection = await connectGemPc({ path: bench.pair.host, protocol, answerTimeoutMs });
  opened.push(() => connection.close());
  return connection;
}

describe.skipIf(whyNoSerialPair() !== undefined)('our driver at our GemPC Twin reader, without pcscd', () => {
  it.each(BOTH)('carries commands over %s', async (protocol) => {
    const connection = await connected(await reader(), protocol);
    expect(connection.protocol).toBe(protocol);
    expect(parseAtr(connection.atr).protocols).toEqual([0, 1]);
    for (const hex of ['0010000000', '00100010 10', '80100000 03 010203', '00100001 01']) {
      const command = fromHex(hex);
      expect(await connection.transmit(command), hex).toEqual(responseTo(command));
    }
  });

  it('carries commands and answers of several blocks under T=1', async () => {
    const connection = await connected(await reader(), 'T=1');
    const command = fromHex(`8010ffff 00 1000 ${'ab'.repeat(4096)}`);
    expect(await connection.transmit(command)).toEqual(responseTo(command));
  });

  it('resets the card, and takes its power when it is done', async () => {
    const bench = await reader();
    const connection = await connected(bench);
    expect(bench.device.starts).toBe(1);
    await connection.reset();
    expect(bench.device.starts).toBe(2);
    await connection.close();
    expect(bench.device.powered).toBe(false);
  });

  it.each(BOTH)('waits for a card that takes its time over %s', async (protocol) => {
    const connection = await connected(await reader({ answerTime: () => 1_500 }), protocol, 900);
    const command = fromHex('80100000 02 a55a');
    expect(await connection.transmit(command)).toEqual(responseTo(command));
  });

  it('tells of a card that is not there, is taken out, or is put in again', async () => {
    const bench = await reader();
    bench.end.remove();
    await expect(connectGemPc({ path: bench.pair.host })).rejects.toMatchObject({ code: 'no-card' });
    bench.end.insert();
    const connection = await connected(bench);
    bench.end.remove();
    await expect(connection.transmit(fromHex('0010000000'))).rejects.toMatchObject({ code: 'card-removed' });
    bench.end.insert();
    await connection.reset();
    expect(toHex(await connection.transmit(fromHex('0010000000')))).toBe('9000');
  });

  it('refuses a protocol that the card does not offer, and what T=0 can not carry', async () => {
    const bench = await reader();
    const connection = await connected(bench, 'T=0');
    const long = fromHex(`80100000 000100 ${'00'.repeat(256)}`);
    await expect(connection.transmit(long)).rejects.toMatchObject({ code: 'protocol' });
  });

  it('says that no reader answers, and that the line is gone', async () => {
    const pair = await SerialPair.open();
    opened.push(() => pair.close());
    await expect(connectGemPc({ path: pair.host, answerTimeoutMs: 200 })).rejects.toMatchObject({
      code: 'no-reader',
    });
    const bench = await reader();
    const connection = await connected(bench);
    await bench.pair.cut();
    await delay(50);
    await expect(connection.transmit(fromHex('0010000000'))).rejects.toMatchObject({
      code: expect.stringMatching(/^(no-reader|closed|io)$/),
    });
  });
});

describe.skipIf(whyNoSerialPair() !== undefined)('a line with something else at its end', () => {
  it('is no reader: three damaged frames, then one sentence', async () => {
    const pair = await SerialPair.open();
    opened.push(() => pair.close());
    const line = await openSerialLine(pair.card, { baudRate: 115_200, parity: 'none', stopBits: 2 });
    opened.push(() => line.close());
    line.onData(() => void line.write(fromHex('0306800000000000008100007F')).catch(() => undefined));
    await expect(connectGemPc({ path: pair.host })).rejects.toMatchObject({ code: 'io' });
  });
});
