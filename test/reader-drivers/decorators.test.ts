import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCommandApdu, fromHex, parseCommandApdu, toHex, uintToBytes } from '../../apdu/index.js';
import {
  type CardDevice,
  connectInProcess,
  type TraceEvent,
  TransportError,
  withCommandChaining,
  withGetResponse,
  withTracing,
} from '../../reader-drivers/index.js';
import { ATR_T1, EchoCard } from './echo-card.js';
import { scriptedConnection } from './scripted-connection.js';

const SEED = Number(process.env.IMIS_SEED ?? 20_250_118);

describe('the in-process driver', () => {
  it('powers on, transmits, resets, powers off', async () => {
    const card = new EchoCard();
    const connection = connectInProcess(card);
    expect([connection.protocol, toHex(connection.atr)]).toEqual(['direct', toHex(ATR_T1)]);
    await connection.transmit(fromHex('00DA0042'));
    expect(toHex(await connection.transmit(fromHex('00CA000001')))).toBe('429000');
    expect(await connection.reset()).toEqual(ATR_T1);
    expect(toHex(await connection.transmit(fromHex('00CA000001')))).toBe('009000');
    await connection.close();
    await connection.close();
    expect(card.signals).toEqual(['on', 'reset', 'off']);
    await expect(connection.transmit(fromHex('00CA000001'))).rejects.toMatchObject({ code: 'closed' });
    await expect(connection.reset()).rejects.toMatchObject({ code: 'closed' });
  });

  it('shares no memory between the two ends', async () => {
    const card = new EchoCard();
    const kept = Uint8Array.of(1, 2, 0x90, 0);
    card.process = (command) => {
      command.fill(0);
      return kept;
    };
    const connection = connectInProcess(card);
    const command = fromHex('00EE0000');
    (await connection.transmit(command)).fill(9);
    connection.atr.fill(0);
    expect(toHex(command)).toBe('00ee0000');
    expect(toHex(kept)).toBe('01029000');
    expect(connection.atr).toEqual(ATR_T1);
  });

  it('refuses a second command before the first is answered, and a mute card', async () => {
    const card = new EchoCard();
    const connection = connectInProcess(card);
    const first = connection.transmit(fromHex('00EE0000'));
    await expect(connection.transmit(fromHex('00EE0000'))).rejects.toMatchObject({ code: 'busy' });
    expect(toHex(await first)).toBe('9000');
    card.process = () => Uint8Array.of(0x90);
    const error = await connection.transmit(fromHex('00EE0000')).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ code: 'card-mute' });
  });
});

describe('withGetResponse (ISO/IEC 7816-4, 5.3.4)', () => {
  it.each<[string, [string, string][], string]>([
    [
      'one part',
      [
        ['00A4000002 3F00', '6103'],
        ['00C0000003', '0102039000'],
      ],
      '0102039000',
    ],
    [
      'data with 61xx',
      [
        ['00CA0000 00', 'AA6102'],
        ['00C0000002', 'BBCC6101'],
        ['00C0000001', 'DD9000'],
      ],
      'AABBCCDD9000',
    ],
    [
      '256 more',
      [
        ['00CA000000', '6100'],
        ['00C0000000', '6282'],
      ],
      '6282',
    ],
    [
      'right length, case 2',
      [
        ['00CA000000', '6C02'],
        ['00CA000002', 'AABB9000'],
      ],
      'AABB9000',
    ],
    [
      'right length, case 4',
      [
        ['00CA000001FF00', '6C02'],
        ['00CA000001FF02', 'AABB9000'],
      ],
      'AABB9000',
    ],
    [
      'right length, case 1',
      [
        ['00CA0000', '6C00'],
        ['00CA000000', 'AA9000'],
      ],
      'AA9000',
    ],
    [
      'right length, extended',
      [
        ['00CA0000001000', '6C00'],
        ['00CA0000000100', 'AA9000'],
      ],
      'AA9000',
    ],
    [
      'right length once only',
      [
        ['00CA000000', '6C02'],
        ['00CA000002', '6C03'],
      ],
      '6C03',
    ],
    ['no Le to mend, case 3', [['00DA000001FF', '6C02']], '6C02'],
    [
      'right length in GET RESPONSE',
      [
        ['00CA000000', '6105'],
        ['00C0000005', '6C02'],
        ['00C0000002', 'AABB9000'],
      ],
      'AABB9000',
    ],
    [
      'logical channel 2, chained, secured',
      [
        ['1E CA000000', '6101'],
        ['02C0000001', 'AA9000'],
      ],
      'AA9000',
    ],
    [
      'further interindustry class',
      [
        ['75CA000000', '6101'],
        ['45C0000001', 'AA9000'],
      ],
      'AA9000',
    ],
    [
      'proprietary class',
      [
        ['84CA000000', '6101'],
        ['00C0000001', 'AA9000'],
      ],
      'AA9000',
    ],
    ['malformed passes', [['00CA00', '6C02']], '6C02'],
  ])('%s', async (_, exchanges, answer) => {
    const inner = scriptedConnection(...exchanges);
    const response = await withGetResponse(inner).transmit(fromHex(exchanges[0]![0]));
    expect(toHex(response).toUpperCase()).toBe(answer);
    inner.done();
  });

  it('ends when the card announces bytes for ever', async () => {
    const card = new EchoCard();
    const connection = withGetResponse(connectInProcess(card), { maxRounds: 5 });
    card.process = () => fromHex('6110');
    await expect(connection.transmit(fromHex('00CA000000'))).rejects.toMatchObject({ code: 'protocol' });
    card.process = () => fromHex('AA6110');
    await expect(connection.transmit(fromHex('00CA000000'))).rejects.toThrow('6 rounds, 6 bytes');
    card.process = () => new Uint8Array([...new Uint8Array(40_000), 0x61, 0x00]);
    await expect(connection.transmit(fromHex('00CA000000'))).rejects.toThrow('2 rounds, 80000 bytes');
  });
});

/** A card with short length fields that joins chained commands and gives long answers in parts of 256. */
function shortLengthCard(): CardDevice & { longest: number } {
  const inner = new EchoCard();
  let collected: number[] = [];
  let rest = new Uint8Array();
  const device = {
    longest: 0,
    powerOn: () => inner.powerOn(),
    reset: () => inner.reset(),
    powerOff: () => inner.powerOff(),
    process(bytes: Uint8Array): Uint8Array {
      device.longest = Math.max(device.longest, bytes.length);
      const command = parseCommandApdu(bytes);
      if ('fault' in command || command.extended) return uintToBytes(0x6700, 2);
      if (command.ins !== 0xc0) {
        collected.push(...command.data);
        if (command.cla & 0x10) return uintToBytes(0x9000, 2);
        rest = Uint8Array.from(collected);
        collected = [];
      }
      const part = rest.slice(0, command.le ?? 0);
      rest = rest.slice(part.length);
      const sw = rest.length === 0 ? 0x9000 : 0x6100 | (rest.length >= 256 ? 0 : rest.length);
      return Uint8Array.from([...part, sw >> 8, sw & 0xff]);
    },
  };
  return device;
}

describe('withCommandChaining (ISO/IEC 7816-4, 5.3.3)', () => {
  it.each<[string, string, [string, string][], string]>([
    ['a short command', '00EE0000021122', [['00EE0000021122', '9000']], '9000'],
    ['bytes that are no command', '00EE00000500', [['00EE00000500', '6700']], '6700'],
    [
      'an extended command that fits short fields',
      '00EE000000000211220000',
      [['00EE000002112200', '9000']],
      '9000',
    ],
    ['an extended Le alone', '00CA0000000400', [['00CA000000', '9000']], '9000'],
    [
      'a chain that the card breaks off',
      `80EE0000000200${'AA'.repeat(512)}`,
      [
        [`90EE0000FF${'AA'.repeat(255)}`, '9000'],
        [`90EE0000FF${'AA'.repeat(255)}`, '6884'],
      ],
      '6884',
    ],
  ])('%s', async (_, command, exchanges, answer) => {
    const inner = scriptedConnection(...exchanges);
    expect(toHex(await withCommandChaining(inner).transmit(fromHex(command))).toUpperCase()).toBe(answer);
    inner.done();
  });

  it('carries any data to a card with short lengths and back, stacked over GET RESPONSE', async () => {
    console.log(`seed ${SEED}`);
    const card = shortLengthCard();
    const connection = withCommandChaining(withGetResponse(connectInProcess(card)));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 4_000 }), fc.boolean(), async (length, extended) => {
        const data = Uint8Array.from({ length }, (_, index) => (index * 7) % 256);
        const form = extended || length > 255 ? { extended: true, le: 65_536 } : { le: 256 };
        const response = await connection.transmit(
          encodeCommandApdu({ cla: 0, ins: 0xee, p1: 0, p2: 0, data, ...form }),
        );
        expect(toHex(response)).toBe(`${toHex(data)}9000`);
      }),
      { seed: SEED, numRuns: 200 },
    );
    expect(card.longest).toBe(261);
  });

  it('lets nothing come between the links of a chain', async () => {
    const connection = withCommandChaining(connectInProcess(shortLengthCard()));
    const chain = connection.transmit(
      encodeCommandApdu({ cla: 0, ins: 0xee, p1: 0, p2: 0, data: new Uint8Array(600) }),
    );
    const others = await Promise.allSettled([connection.transmit(fromHex('00EE0000')), connection.reset()]);
    expect(others).toMatchObject([{ reason: { code: 'busy' } }, { reason: { code: 'busy' } }]);
    expect(toHex(await chain)).toBe('6100');
  });
});

describe('withTracing', () => {
  it('tells of every exchange beneath it, resets, faults and the end', async () => {
    const events: TraceEvent[] = [];
    const traced = withTracing(connectInProcess(new EchoCard()), (event) => events.push(event));
    const connection = withCommandChaining(traced);
    await connection.transmit(
      encodeCommandApdu({ cla: 0, ins: 0xee, p1: 0, p2: 0, data: new Uint8Array(300) }),
    );
    await connection.reset();
    await connection.close();
    await expect(traced.transmit(fromHex('00EE0000'))).rejects.toMatchObject({ code: 'closed' });
    expect(events.map((event) => event.kind)).toEqual([
      'answer-to-reset',
      ...['command', 'response', 'command', 'response'],
      'answer-to-reset',
      'closed',
    ]);
    expect(events[2]).toMatchObject({
      kind: 'response',
      command: { 0: 0x10, length: 260 },
      response: { length: 257 },
    });
  });

  it('keeps copies, and reports a fault with its command', async () => {
    const events: TraceEvent[] = [];
    const card = new EchoCard();
    const connection = withTracing(connectInProcess(card), (event) => events.push(event));
    const command = fromHex('00EE000001AB');
    (await connection.transmit(command)).fill(0);
    command.fill(0);
    card.process = () => {
      throw new Error('broken card');
    };
    await expect(connection.transmit(fromHex('00CA0000'))).rejects.toThrow('broken card');
    const seen = events.map((event) => [
      event.kind,
      'command' in event ? toHex(event.command ?? new Uint8Array()) : '',
      'response' in event ? toHex(event.response) : '',
    ]);
    expect(seen.slice(1)).toEqual([
      ['command', '00ee000001ab', ''],
      ['response', '00ee000001ab', 'ab9000'],
      ['command', '00ca0000', ''],
      ['fault', '00ca0000', ''],
    ]);
  });
});
