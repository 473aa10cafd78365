import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CommandApdu,
  encodeCommandApdu,
  exchange,
  fromHex,
  parseCommandApdu,
  type Transmit,
  toHex,
  uintToBytes,
} from '../../apdu/index.js';
import { scriptedTransmit } from './scripted-transmit.js';
import { seedProperties } from './seed.js';

seedProperties();

function commandIn(hex: string): CommandApdu {
  const command = parseCommandApdu(fromHex(hex.replaceAll(' ', '')));
  if ('fault' in command) throw new Error(command.fault);
  return command;
}

async function answerTo(transmit: Transmit, hex: string, chaining = false): Promise<string> {
  const { data, sw } = await exchange(transmit, commandIn(hex), chaining);
  return `${toHex(data)}${toHex(uintToBytes(sw, 2))}`.toUpperCase();
}

describe('the answer to one command (ISO/IEC 7816-4, 5.3.4)', () => {
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
  ])('%s', async (_, exchanges, answer) => {
    const card = scriptedTransmit(...exchanges);
    expect(await answerTo(card.transmit, exchanges[0]![0])).toBe(answer);
    card.done();
  });

  it('ends when the card announces bytes for ever, or gives no status word', async () => {
    const always =
      (response: Uint8Array): Transmit =>
      async () =>
        response;
    const longer = new Uint8Array([...new Uint8Array(40_000), 0x61, 0x00]);
    for (const response of [fromHex('6110'), fromHex('AA6110'), longer])
      await expect(answerTo(always(response), '00CA000000')).rejects.toMatchObject({ code: 'endless' });
    await expect(answerTo(always(fromHex('90')), '00CA000000')).rejects.toMatchObject({ code: 'mute' });
  });
});

/** A card with short length fields that joins chained commands and gives long answers in parts of 256. */
function shortLengthCard(): { readonly transmit: Transmit; longest: number } {
  let collected: number[] = [];
  let rest = new Uint8Array();
  const card = {
    longest: 0,
    transmit: async (bytes: Uint8Array): Promise<Uint8Array> => {
      card.longest = Math.max(card.longest, bytes.length);
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
  return card;
}

describe('a command in links (ISO/IEC 7816-4, 5.3.3)', () => {
  it('ends with the first link that is refused', async () => {
    const link = `90EE0000FF${'AA'.repeat(255)}`;
    const card = scriptedTransmit([link, '9000'], [link, '6884']);
    const data = new Uint8Array(512).fill(0xaa);
    expect(await exchange(card.transmit, { cla: 0x80, ins: 0xee, p1: 0, p2: 0, data }, true)).toMatchObject({
      sw: 0x6884,
    });
    card.done();
  });

  it('carries any data to a card with short lengths and back', async () => {
    const card = shortLengthCard();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 4_000 }), async (length) => {
        const data = Uint8Array.from({ length }, (_, index) => (index * 7) % 256);
        const answer = await exchange(
          card.transmit,
          { cla: 0, ins: 0xee, p1: 0, p2: 0, data, le: 256 },
          true,
        );
        expect(answer).toEqual({ data, sw: 0x9000 });
      }),
      { numRuns: 200 },
    );
    expect(card.longest).toBe(261);
  });

  it('is one command where chaining is not permitted', async () => {
    const data = new Uint8Array(300);
    const whole = encodeCommandApdu({ cla: 0, ins: 0xee, p1: 0, p2: 0, data });
    const card = scriptedTransmit([toHex(whole).toUpperCase(), '9000']);
    expect(await exchange(card.transmit, { cla: 0, ins: 0xee, p1: 0, p2: 0, data }, false)).toMatchObject({
      sw: 0x9000,
    });
    card.done();
  });
});
