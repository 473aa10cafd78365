import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../apdu/index.js';
import {
  connectInProcess,
  type TraceEvent,
  TransportError,
  withDeviceTracing,
  withTracing,
} from '../../reader-drivers/index.js';
import { ATR_T1, EchoCard } from './echo-card.js';

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

describe('withTracing', () => {
  it('tells of every exchange beneath it, resets, faults and the end', async () => {
    const events: TraceEvent[] = [];
    const connection = withTracing(connectInProcess(new EchoCard()), (event) => events.push(event));
    for (const command of ['10EE0000021122', '00EE0000']) await connection.transmit(fromHex(command));
    await connection.reset();
    await connection.close();
    await expect(connection.transmit(fromHex('00EE0000'))).rejects.toMatchObject({ code: 'closed' });
    expect(events.map((event) => event.kind)).toEqual([
      'answer-to-reset',
      ...['command', 'response', 'command', 'response'],
      'answer-to-reset',
      'closed',
    ]);
    expect(events[2]).toMatchObject({
      kind: 'response',
      command: { 0: 0x10, length: 7 },
      response: { length: 4 },
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

describe('withDeviceTracing', () => {
  it("tells at the card's end of power, resets and exchanges", () => {
    const seen: string[] = [];
    const card = withDeviceTracing(new EchoCard(), (event) =>
      seen.push(`${event.kind}${'response' in event ? ` ${toHex(event.response)}` : ''}`),
    );
    expect(card.powerOn()).toEqual(ATR_T1);
    expect(toHex(card.process(fromHex('00EE000001AB')))).toBe('ab9000');
    card.reset();
    card.powerOff();
    expect(seen).toEqual(['answer-to-reset', 'command', 'response ab9000', 'answer-to-reset', 'closed']);
  });
});
