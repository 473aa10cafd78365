/** Framing of SCP03: what is covered by checksums, padding, the answer to INITIALIZE UPDATE, and what a trace shows. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cardClient,
  decodeTrace,
  encodeInitializeUpdateAnswer,
  exchangeToLines,
  fromHex,
  hasPseudoRandomChallenge,
  isProtectedStatus,
  isSecureChannelClass,
  offersLevel,
  PATIENT_APPLICATION,
  padBlocks,
  parseInitializeUpdateAnswer,
  SCP03_LEVELS,
  scp03CommandMacInput,
  scp03CounterBlock,
  scp03DerivationInput,
  splitScp03Data,
  toHex,
  unpadBlocks,
} from '../../apdu/index.js';
import { SEED } from './seed.js';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

describe('SCP03 framing', () => {
  it('derivation data are label, separator, length, counter and context (4.1.5)', () => {
    expect(toHex(scp03DerivationInput(0x06, 16, fromHex('aabb')))).toBe(
      '0000000000000000000000060000' + '8001aabb',
    );
  });

  it('padding is taken off again, and nothing else is padding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (data) => {
        const padded = padBlocks(data);
        expect(padded.length % 16).toBe(0);
        expect(toHex(unpadBlocks(padded)!)).toBe(toHex(data));
      }),
      { seed: SEED },
    );
    expect(unpadBlocks(new Uint8Array(16))).toBeUndefined();
    expect(unpadBlocks(new Uint8Array(0))).toBeUndefined();
    expect(unpadBlocks(Uint8Array.of(0x80, ...new Uint8Array(16)))).toBeUndefined();
    expect(unpadBlocks(new Uint8Array(16).fill(0x01))).toBeUndefined();
  });

  it('a checksum covers the header without its channel, and Lc in the form of its length', () => {
    const chaining = new Uint8Array(16);
    const short = scp03CommandMacInput(chaining, fromHex('87e20003'), new Uint8Array(247));
    expect(toHex(short.subarray(16, 21))).toBe('84e20003ff');
    const long = scp03CommandMacInput(chaining, fromHex('84e20003'), new Uint8Array(248));
    expect(toHex(long.subarray(16, 23))).toBe('84e20003000100');
  });

  it('counter blocks of command and answer differ in one bit', () => {
    expect(toHex(scp03CounterBlock(1, 'command'))).toBe(`${'00'.repeat(15)}01`);
    expect(toHex(scp03CounterBlock(0x0102, 'response'))).toBe(`80${'00'.repeat(13)}0102`);
  });

  it('the answer to INITIALIZE UPDATE is read as it was written, and every other length is refused', () => {
    const answers = fc.record({
      diversificationData: bytes(10),
      keyVersion: fc.integer({ min: 1, max: 127 }),
      options: fc.constantFrom(0x00, 0x70),
      cardChallenge: bytes(8),
      cardCryptogram: bytes(8),
      counter: fc.integer({ min: 0, max: 0xffffff }),
    });
    fc.assert(
      fc.property(answers, ({ counter, ...answer }) => {
        const sequenceCounter = hasPseudoRandomChallenge(answer.options) ? counter : undefined;
        const encoded = encodeInitializeUpdateAnswer({ ...answer, sequenceCounter });
        expect(parseInitializeUpdateAnswer(encoded)).toEqual({ ...answer, sequenceCounter });
        for (let length = 0; length < encoded.length; length++) {
          expect(parseInitializeUpdateAnswer(encoded.subarray(0, length))).toBeUndefined();
        }
        expect(parseInitializeUpdateAnswer(Uint8Array.of(...encoded, 0))).toBeUndefined();
      }),
      { seed: SEED },
    );
  });

  it('classes, levels and status words are told apart', () => {
    expect([0x04, 0x84, 0x87, 0x94].every(isSecureChannelClass)).toBe(true);
    expect([0x00, 0x80, 0x0c, 0x8c, 0x08, 0x44, 0xc4].some(isSecureChannelClass)).toBe(false);
    const offered = Object.values(SCP03_LEVELS).filter((level) => offersLevel(0x00, level));
    expect(offered).toEqual([0x00, 0x01, 0x03]);
    expect(Object.values(SCP03_LEVELS).every((level) => offersLevel(0x70, level))).toBe(true);
    expect([0x9000, 0x6282, 0x63c2].every(isProtectedStatus)).toBe(true);
    expect([0x6982, 0x6a80, 0x6100].some(isProtectedStatus)).toBe(false);
    expect(splitScp03Data(new Uint8Array(7))).toBeUndefined();
  });
});

describe('what others see of a secure channel', () => {
  it('a trace shows neither keys nor PINs of a STORE DATA, encrypted or not', () => {
    const secret = '11'.repeat(32);
    const trace = [
      { command: fromHex(`00a4040c06${PATIENT_APPLICATION.aid}`), response: fromHex('9000') },
      {
        command: fromHex(`84e200002ad420${secret}a0a1a2a3a4a5a6a7`),
        response: fromHex('b0b1b2b3b4b5b6b79000'),
      },
    ];
    const [, stored] = decodeTrace(trace);
    expect(stored).toMatchObject({ id: 'storeData', protected: true, sw: 0x9000 });
    const lines = exchangeToLines(stored!).join('\n');
    expect(lines).not.toContain('1111');
    expect(lines).toContain('a0a1a2a3a4a5a6a7');
  });

  it('a client takes no answer whose protection is wrong', async () => {
    const client = cardClient(PATIENT_APPLICATION, async () => fromHex('01029000'));
    const channel = { protect: async <T>(command: T) => command, open: async () => undefined };
    const { activate } = PATIENT_APPLICATION.commands;
    await expect(client.callThrough(channel, activate)).rejects.toMatchObject({ code: 'checksum' });
  });
});
