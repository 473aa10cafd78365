/** The slot of a GemPC Twin by its bytes: each command of CCID 1.1, clause 6, with the answer's type, status and error. */

import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { buildAtr, concatBytes, fromHex, toHex } from '../../apdu/index.js';
import { GemPcReaderEnd, withProtocols } from '../../reader-drivers/index.js';
import { EchoDevice } from './line/echo-device.js';
import { MemoryLine } from './line/memory-line.js';

const ATR = buildAtr({
  convention: 'direct',
  interfaceBytes: [{ ta: 0x95 }, { protocol: 1 }, { protocol: 1, ta: 0xfe, tb: 0x45 }],
  historicalBytes: fromHex('80'),
});

/** A reader whose host is this test: messages in hexadecimal, without frames and sequence numbers. */
class Host {
  readonly end: GemPcReaderEnd;
  readonly #line = new MemoryLine();
  #heard: Uint8Array = new Uint8Array(0);

  constructor(thinksMs = 0) {
    this.#line.host.onData((bytes) => {
      this.#heard = concatBytes(this.#heard, bytes);
    });
    const device = withProtocols(new EchoDevice(ATR), ['T=0', 'T=1']);
    const takesData = (header: Uint8Array): boolean => header[0] === 0x80;
    this.end = new GemPcReaderEnd(device, this.#line.card, { takesData, answerTime: () => thinksMs });
  }

  async send(message: string): Promise<void> {
    const framed = concatBytes(fromHex('0306'), fromHex(message));
    await this.#line.host.write(
      Uint8Array.of(
        ...framed,
        framed.reduce((sum, byte) => sum ^ byte, 0),
      ),
    );
  }

  /** Messages of the reader since the last call, each after the echo of what it answers is left out. */
  async heard(count: number): Promise<readonly string[]> {
    const messages: string[] = [];
    for (let turn = 0; turn < 2_000 && messages.length < count; turn++) {
      const length = this.#frameLength();
      if (this.#heard.length < length) {
        await delay(1);
        continue;
      }
      const message = this.#heard.slice(2, length - 1);
      this.#heard = this.#heard.slice(length);
      if (message[0]! >= 0x80) messages.push(toHex(message));
    }
    return messages;
  }

  /** Two bytes before the message, one after it; a notice that the card went has two bytes, anything else a header. */
  #frameLength(): number {
    if (this.#heard[2] === 0x50) return 5;
    return 13 + (this.#heard[3] ?? 0) + 256 * (this.#heard[4] ?? 0);
  }

  async ask(message: string): Promise<string> {
    await this.send(message);
    return (await this.heard(1))[0]!;
  }
}

const POWER_ON = '62 00000000 00 01 000000';
const POWER_OFF = '63 00000000 00 02 000000';
const STATUS = '65 00000000 00 03 000000';
const T1_PARAMETERS = '95 10 00 45 00 fe 00';

async function powered(thinksMs = 0): Promise<Host> {
  const host = new Host(thinksMs);
  await host.ask(POWER_ON);
  return host;
}

const hex = (text: string): string => text.replaceAll(' ', '');

/** Commands to a slot whose card has power, and the answers from their type on. */
const WITH_POWER: readonly (readonly [what: string, command: string, answer: string])[] = [
  ['GetSlotStatus: active, clock running', STATUS, '81 00000000 00 03 00 00 00'],
  [
    'IccPowerOn with a voltage that does not exist: offset 7',
    '62 00000000 00 04 040000',
    '80 00000000 00 04 40 07 00',
  ],
  ['IccPowerOn with data: offset 1', '62 01000000 00 04 000000 00', '80 00000000 00 04 40 01 00'],
  [
    'XfrBlock of a case-1 command over T=0',
    '6f 04000000 00 05 000000 00100000',
    '80 02000000 00 05 00 00 00 9000',
  ],
  ['XfrBlock without data: offset 1', '6f 00000000 00 05 000000', '80 00000000 00 05 40 01 00'],
  [
    'XfrBlock with a level parameter: offset 8',
    '6f 04000000 00 05 000100 00100000',
    '80 00000000 00 05 40 08 00',
  ],
  [
    'GetParameters: the defaults of T=0',
    '6c 00000000 00 06 000000',
    '82 05000000 00 06 00 00 00 110000 0a 00',
  ],
  [
    'SetParameters for T=1',
    `61 07000000 00 07 010000 ${T1_PARAMETERS}`,
    `82 07000000 00 07 00 00 01 ${T1_PARAMETERS}`,
  ],
  [
    'SetParameters for a protocol not offered: offset 7',
    '61 05000000 00 07 020000 110000 0a 00',
    '82 00000000 00 07 40 07 00',
  ],
  [
    'SetParameters too short: offset 1',
    '61 05000000 00 07 010000 110000 0a 00',
    '82 00000000 00 07 40 01 00',
  ],
  [
    'SetParameters with a reserved speed: offset 10',
    '61 05000000 00 07 000000 7f0000 0a 00',
    '82 00000000 00 07 40 0a 00',
  ],
  [
    'SetParameters with reserved bits of TCCKS: offset 11',
    '61 05000000 00 07 000000 1180 00 0a 00',
    '82 00000000 00 07 40 0b 00',
  ],
  [
    'SetParameters with a waiting time of 0: offset 13',
    '61 05000000 00 07 000000 110000 00 00',
    '82 00000000 00 07 40 0d 00',
  ],
  [
    'SetParameters with an unknown clock stop: offset 14',
    '61 05000000 00 07 000000 110000 0a 04',
    '82 00000000 00 07 40 0e 00',
  ],
  [
    'SetParameters with IFSC = 0: offset 15',
    '61 07000000 00 07 010000 95 10 00 45 00 00 00',
    '82 00000000 00 07 40 0f 00',
  ],
  [
    'SetParameters with a node address: offset 16',
    '61 07000000 00 07 010000 95 10 00 45 00 fe 11',
    '82 00000000 00 07 40 10 00',
  ],
  ['ResetParameters', '6d 00000000 00 08 000000', '82 05000000 00 08 00 00 00 110000 0a 00'],
  [
    'Escape: the name of the firmware',
    '6b 01000000 00 09 000000 02',
    `83 10000000 00 09 00 00 00 ${toHex(new TextEncoder().encode('GemTwin-V2.00-GF'))}`,
  ],
  ['Escape of an unknown kind: not supported', '6b 01000000 00 09 000000 7f', '83 00000000 00 09 40 00 00'],
  ['IccClock: restart of a clock that runs', '6e 00000000 00 0a 000000', '81 00000000 00 0a 00 00 00'],
  [
    'IccClock: no stop where the parameters permit none: offset 7',
    '6e 00000000 00 0a 010000',
    '81 00000000 00 0a 40 07 00',
  ],
  ['IccClock: no third function: offset 7', '6e 00000000 00 0a 020000', '81 00000000 00 0a 40 07 00'],
  ['T0APDU, for readers of APDUs: not supported', '6a 00000000 00 0b 000000', '81 00000000 00 0b 40 00 00'],
  [
    'Secure, for readers with keys: not supported',
    '69 01000000 00 0c 000000 00',
    '80 00000000 00 0c 40 00 00',
  ],
  [
    'Mechanical, for readers that move cards: not supported',
    '71 00000000 00 0d 010000',
    '81 00000000 00 0d 40 00 00',
  ],
  ['Abort with nothing to abort', '72 00000000 00 0e 000000', '81 00000000 00 0e 00 00 00'],
  [
    'SetDataRateAndClockFrequency: what this reader has, 4,000 kHz and 10,753 bits a second',
    '73 08000000 00 0f 000000 a00f0000 80250000',
    '84 08000000 00 0f 00 00 00 a00f0000 012a0000',
  ],
  [
    'SetDataRateAndClockFrequency too short: offset 1',
    '73 04000000 00 0f 000000 a00f0000',
    '84 00000000 00 0f 40 01 00',
  ],
  ['an unknown command: not supported', '7e 00000000 00 10 000000', '81 00000000 00 10 40 00 00'],
  ['a slot that does not exist: offset 5', '65 00000000 01 11 000000', '81 00000000 01 11 42 05 00'],
];

describe('the slot of a GemPC Twin, by its bytes', () => {
  it.each(WITH_POWER)('%s', async (_, command, answer) => {
    const host = await powered();
    expect(await host.ask(command)).toBe(hex(answer));
  });

  it('tells the card without power, with the clock at rest, and the card that is not there', async () => {
    const host = new Host();
    expect(await host.ask(STATUS)).toBe(hex('81 00000000 00 03 01 00 01'));
    for (const [command, type] of [
      ['6f 04000000 00 05 000000 00100000', '80'],
      ['6c 00000000 00 05 000000', '82'],
      ['6d 00000000 00 05 000000', '82'],
      [`61 07000000 00 05 010000 ${T1_PARAMETERS}`, '82'],
    ] as const) {
      expect(await host.ask(command)).toBe(hex(`${type} 00000000 00 05 41 fe 00`));
    }
    expect(await host.ask('6e 00000000 00 05 000000')).toBe(hex('81 00000000 00 05 41 fe 01'));
    host.end.remove();
    expect(await host.ask(POWER_ON)).toBe(hex('80 00000000 00 01 42 fe 00'));
  });

  it('powers on, resets warm, powers off', async () => {
    const host = new Host();
    const on = await host.ask(POWER_ON);
    expect(on.slice(0, 2) + on.slice(10, 20)).toBe('800001000000');
    expect(await host.ask(POWER_ON)).toBe(on);
    expect(await host.ask(POWER_OFF)).toBe(hex('81 00000000 00 02 01 00 01'));
  });

  it('keeps what was set until it is reset to the defaults', async () => {
    const host = await powered();
    await host.ask(`61 07000000 00 07 010000 ${T1_PARAMETERS}`);
    const get = '6c 00000000 00 08 000000';
    expect(await host.ask(get)).toBe(hex(`82 07000000 00 08 00 00 01 ${T1_PARAMETERS}`));
    await host.ask('6d 00000000 00 09 000000');
    expect(await host.ask(get)).toBe(hex('82 07000000 00 08 00 00 01 11 10 00 4d 00 20 00'));
  });

  it('stops the clock where the parameters permit it: the card hears nothing until it runs again', async () => {
    const host = await powered();
    await host.ask('61 05000000 00 07 000000 110000 0a 02');
    expect(await host.ask('6e 00000000 00 08 010000')).toBe(hex('81 00000000 00 08 00 00 02'));
    const command = '6f 04000000 00 09 000000 00100000';
    expect(await host.ask(command)).toBe(hex('80 00000000 00 09 40 fe 00'));
    expect(await host.ask('6e 00000000 00 0a 000000')).toBe(hex('81 00000000 00 0a 00 00 00'));
    expect(await host.ask(command)).toBe(hex('80 02000000 00 09 00 00 00 9000'));
  });

  it('asks for time while the card thinks, is busy for anything else, and answers in the end', async () => {
    const host = await powered(600);
    await host.send('6f 04000000 00 05 000000 00100000');
    await delay(20);
    expect(await host.ask('6c 00000000 00 06 000000')).toBe(hex('82 00000000 00 06 40 e0 00'));
    expect(await host.heard(2)).toEqual([
      hex('80 00000000 00 05 80 01 00'),
      hex('80 02000000 00 05 00 00 00 9000'),
    ]);
  });

  it('ends a running command at Abort: first the command, as aborted, then Abort', async () => {
    const host = await powered(60_000);
    await host.send('6f 04000000 00 05 000000 00100000');
    await delay(20);
    await host.send('72 00000000 00 06 000000');
    expect(await host.heard(2)).toEqual([
      hex('80 00000000 00 05 40 ff 00'),
      hex('81 00000000 00 06 00 00 00'),
    ]);
    expect(await host.ask(STATUS)).toBe(hex('81 00000000 00 03 00 00 00'));
  });

  it('answers nothing of a card that was taken out while it thought, even when one is in again', async () => {
    const host = await powered(60_000);
    await host.send('6f 04000000 00 05 000000 00100000');
    await delay(20);
    host.end.remove();
    host.end.insert();
    expect(await host.heard(1)).toEqual([hex('80 00000000 00 05 41 fe 00')]);
    const other = await powered(60_000);
    await other.send('6f 04000000 00 05 000000 00100000');
    await delay(20);
    other.end.remove();
    expect(await other.heard(1)).toEqual([hex('80 00000000 00 05 42 fe 00')]);
  });
});
