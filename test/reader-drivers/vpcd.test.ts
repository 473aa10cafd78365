import { once } from 'node:events';
import { createServer } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { concatBytes, toHex } from '../../apdu/index.js';
import {
  encodeVpcdFrame,
  serveVpcd,
  VPCD_MAX_PAYLOAD,
  VpcdCardEnd,
  type VpcdEvent,
  VpcdFrameReader,
  VpcdSlot,
} from '../../reader-drivers/index.js';
import { ATR_T1, EchoCard } from './echo-card.js';
import { FakeVirtualReader } from './fake-virtual-reader.js';

const SEED = Number(process.env.IMIS_SEED ?? 20_250_119);

describe('frames of the virtual reader', () => {
  it('come out whole, whatever the pieces', () => {
    console.log(`seed ${SEED}`);
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 30 }),
        (payloads, cuts) => {
          const stream = concatBytes(...payloads.map(encodeVpcdFrame));
          const reader = new VpcdFrameReader();
          const got: Uint8Array[] = [];
          let offset = 0;
          for (const cut of [...cuts, stream.length]) {
            got.push(...reader.push(stream.subarray(offset, offset + cut)));
            offset += cut;
          }
          expect(got).toEqual(payloads);
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('hold 65,535 bytes and not one more', () => {
    const longest = new Uint8Array(VPCD_MAX_PAYLOAD).fill(7);
    expect(new VpcdFrameReader().push(encodeVpcdFrame(longest))).toEqual([longest]);
    expect(() => encodeVpcdFrame(new Uint8Array(65_536))).toThrow('65536 bytes do not fit');
  });
});

describe('a card in the slot', () => {
  const ask = (slot: VpcdSlot, ...message: number[]) => slot.answer(Uint8Array.from(message));

  it('answers the ATR query and commands, nothing else', () => {
    const card = new EchoCard();
    const slot = new VpcdSlot(card);
    expect(ask(slot, 4)).toEqual(ATR_T1);
    expect(ask(slot, 4)).toEqual(ATR_T1);
    expect(card.signals).toEqual(['on', 'off']);
    for (const control of [1, 2, 0, 2, 1]) expect(ask(slot, control)).toBeUndefined();
    expect(toHex(ask(slot, 0, 0xee, 0, 0, 1, 0xab)!)).toBe('ab9000');
    expect(card.signals.slice(2)).toEqual(['on', 'reset', 'off', 'on', 'off', 'on']);
    slot.powerLost();
    slot.powerLost();
    expect(card.signals.slice(8)).toEqual(['off']);
  });

  it('answers 6F00 for a response that no frame holds', () => {
    const events: string[] = [];
    const slot = new VpcdSlot(new EchoCard(), (event) => events.push(event.kind));
    ask(slot, 1);
    expect(ask(slot, 0, 0xe0, 0, 0, 0, 0xff, 0xfd)).toHaveLength(65_535);
    expect(toHex(ask(slot, 0, 0xe0, 0, 0, 0, 0xff, 0xfe)!)).toBe('6f00');
    expect(events).toEqual(['power-on', 'exchange', 'exchange', 'response-too-long']);
  });

  it.each([[[]], [[3]], [[0, 0xa4, 4, 0]]])('refuses %j without power', (message) => {
    expect(() => ask(new VpcdSlot(new EchoCard()), ...message)).toThrow(
      expect.objectContaining({ name: 'TransportError', code: 'protocol' }),
    );
  });
});

describe('the card end', () => {
  const ends: VpcdCardEnd[] = [];
  const readers: FakeVirtualReader[] = [];
  const startReader = async (): Promise<FakeVirtualReader> => {
    const reader = new FakeVirtualReader();
    readers.push(reader);
    await reader.listen();
    return reader;
  };
  const endFor = (card: EchoCard, port: number, more: object = {}): VpcdCardEnd => {
    const end = new VpcdCardEnd(card, { port, reconnect: { attempts: 3, delayMs: 20 }, ...more });
    ends.push(end);
    return end;
  };
  const eventWaiter = () => {
    const seen: string[] = [];
    let wake: () => void = () => undefined;
    return {
      seen,
      onEvent: (event: VpcdEvent) => {
        seen.push(event.kind);
        wake();
      },
      async count(kind: string, times: number): Promise<void> {
        while (seen.filter((name) => name === kind).length < times) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      },
    };
  };
  afterEach(async () => {
    await Promise.all(ends.splice(0).map((end) => end.close()));
    await Promise.all(readers.splice(0).map((reader) => reader.stop()));
  });

  it('serves, is taken out and put in again, and ends', async () => {
    const card = new EchoCard();
    const reader = await startReader();
    const end = endFor(card, reader.port);
    await end.insert();
    await end.insert();
    reader.send(1);
    expect(toHex(await reader.ask(0, 0xee, 0, 0, 2, 1, 2))).toBe('01029000');
    await end.remove();
    await reader.cardOut();
    expect(card.signals).toEqual(['on', 'off', 'on', 'off']);
    await end.insert();
    reader.send(1);
    reader.send(0);
    expect(await reader.ask(4)).toEqual(ATR_T1);
    expect(reader.answersLeft).toBe(0);
    await end.close();
    await end.ended;
    await expect(end.insert()).rejects.toMatchObject({ code: 'closed' });
  });

  it('says in one sentence that nothing listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    await expect(serveVpcd(new EchoCard(), { port })).rejects.toMatchObject({
      code: 'no-service',
      message: `nothing listens on 127.0.0.1:${port}: start pcscd with the virtual reader of vsmartcard-vpcd`,
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it('tells a slot that is taken from a free one', async () => {
    const reader = await startReader();
    reader.polls = false;
    const end = endFor(new EchoCard(), reader.port, { noticeTimeoutMs: 100 });
    await expect(end.insert()).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('taken'),
    });
    reader.polls = true;
    await end.insert();
  });

  it('is given up while it waits', async () => {
    const reader = await startReader();
    reader.polls = false;
    const end = endFor(new EchoCard(), reader.port);
    const inserting = end.insert();
    await end.close();
    await expect(inserting).rejects.toMatchObject({ code: 'aborted' });
  });

  it('comes back with the reader', async () => {
    const card = new EchoCard();
    const reader = await startReader();
    const events = eventWaiter();
    const end = endFor(card, reader.port, {
      onEvent: events.onEvent,
      reconnect: { attempts: 100, delayMs: 20 },
    });
    await end.insert();
    reader.send(1);
    await events.count('power-on', 1);
    await reader.stop();
    await events.count('reader-lost', 1);
    expect(card.signals.at(-1)).toBe('off');
    await reader.listen();
    await events.count('inserted', 2);
    expect(await reader.ask(4)).toEqual(ATR_T1);
  });

  it('gives up after the last attempt, and at once when it is taken out meanwhile', async () => {
    const reader = await startReader();
    const end = endFor(new EchoCard(), reader.port);
    await end.insert();
    await reader.stop();
    await expect(end.ended).rejects.toMatchObject({ code: 'no-service' });

    const events = eventWaiter();
    await reader.listen();
    const other = endFor(new EchoCard(), reader.port, {
      onEvent: events.onEvent,
      reconnect: { attempts: 1_000_000, delayMs: 20 },
    });
    await other.insert();
    await reader.stop();
    await events.count('reader-lost', 1);
    await other.close();
    await other.ended;
  });

  it.each<[string, (reader: FakeVirtualReader, card: EchoCard) => void, object]>([
    ['an unknown message', (reader) => reader.sendRaw(Uint8Array.of(0, 1, 9)), { code: 'protocol' }],
    ['an empty message', (reader) => reader.sendRaw(Uint8Array.of(0, 0)), { code: 'protocol' }],
    [
      'a card that fails',
      (reader, card) => {
        card.process = () => {
          throw new Error('broken card');
        };
        reader.send(1);
        reader.send(0, 0xee, 0, 0);
      },
      { message: 'broken card' },
    ],
  ])('ends with the reason after %s', async (_, act, reason) => {
    const card = new EchoCard();
    const reader = await startReader();
    const end = endFor(card, reader.port);
    await end.insert();
    act(reader, card);
    await expect(end.ended).rejects.toMatchObject(reason);
    await reader.cardOut();
    expect(card.signals.at(-1)).toBe('off');
  });
});
