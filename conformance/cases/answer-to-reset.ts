/** The answer to reset (ISO/IEC 7816-3:2006, 8; its historical bytes ISO/IEC 7816-4:2020, 12.1.1). */

import { toHex } from '../../apdu/index.js';
import { CheckFailure, expectThat, NotApplicable } from '../checks.js';
import { interfaceByte, protocolsOf, specificByte, speedOf } from '../line/atr-structure.js';
import { INITIAL_WAITING_ETU, type LineCard } from '../line/line-card.js';
import { T1Line } from '../line/t1-line.js';
import { expectT0Alive, expectT1Alive, resetFamily } from './line-family.js';

const hex = (byte: number): string => toHex(Uint8Array.of(byte)).toUpperCase();

/** The value of a byte that need not be there. */
function present(byte: number | undefined, what: string): number {
  if (byte === undefined) throw new NotApplicable(`this ATR has no ${what}`);
  return byte;
}

/** Whichever protocol the card speaks by itself works. */
export async function expectAlive(line: LineCard): Promise<void> {
  if (protocolsOf(line.atr)[0] === 1) await expectT1Alive(new T1Line(line));
  else await expectT0Alive(line);
}

export const ANSWER_TO_RESET_CASES = resetFamily({ category: 'answer-to-reset', features: [] }, [
  {
    name: 'convention',
    title: 'TS is 3B or 3F',
    clause: 'ISO/IEC 7816-3:2006, 8.1',
    async run(line) {
      const ts = (await line.reset()).bytes[0]!;
      expectThat(ts === 0x3b || ts === 0x3f, 'TS 3B or 3F', hex(ts));
    },
  },
  {
    name: 'complete',
    title: 'all bytes that T0 and each TD announce come, within the waiting time, and no more',
    clause: 'ISO/IEC 7816-3:2006, 8.2.1',
    async run(line) {
      await line.reset();
      await line.expectSilence(INITIAL_WAITING_ETU, 'the answer to reset');
    },
  },
  {
    name: 'at-most-33',
    title: 'there are at most 32 characters after TS',
    clause: 'ISO/IEC 7816-3:2006, 8.2.1',
    async run(line) {
      const { length } = (await line.reset()).bytes;
      expectThat(length <= 33, 'at most 33 characters', `${length}`);
    },
  },
  {
    name: 'check-byte',
    title: 'TCK is there where a protocol other than T=0 is named, and makes the sum from T0 on 0',
    clause: 'ISO/IEC 7816-3:2006, 8.2.5',
    async run(line) {
      const { bytes, check } = await line.reset();
      if (check === undefined) throw new NotApplicable('T=0 alone has no TCK');
      const sum = bytes.subarray(1).reduce((all, byte) => all ^ byte, 0);
      expectThat(sum === 0, `TCK ${hex(check ^ sum)}`, hex(check));
    },
  },
  {
    name: 'order-of-protocols',
    title: 'protocols are named in ascending order, T=15 never first',
    clause: 'ISO/IEC 7816-3:2006, 8.2.3',
    async run(line) {
      const protocols = protocolsOf(await line.reset());
      const ascending = protocols.every((one, i) => i === 0 || one >= protocols[i - 1]!);
      expectThat(ascending && protocols[0] !== 15, 'T values in order', protocols.join(', '));
    },
  },
  {
    name: 'known-protocols',
    title: 'only T=0, T=1, T=14 and T=15 are named',
    clause: 'ISO/IEC 7816-3:2006, 8.2.3',
    async run(line) {
      const odd = protocolsOf(await line.reset()).filter((t) => ![0, 1, 14, 15].includes(t));
      expectThat(odd.length === 0, 'no reserved T', odd.join(', '));
    },
  },
  {
    name: 'speed',
    title: 'TA1 codes a clock rate conversion and a baud rate adjustment that are not reserved',
    clause: 'ISO/IEC 7816-3:2006, 8.3, tables 7 and 8',
    async run(line) {
      const ta1 = present(interfaceByte(await line.reset(), 'TA', 1), 'TA1');
      expectThat(speedOf(ta1) !== undefined, 'defined Fi and Di', hex(ta1));
    },
  },
  {
    name: 'specific-mode',
    title: 'TA2 names a protocol that is offered, its reserved bits are 0',
    clause: 'ISO/IEC 7816-3:2006, 8.3',
    async run(line) {
      const atr = await line.reset();
      const ta2 = present(interfaceByte(atr, 'TA', 2), 'TA2');
      expectThat((ta2 & 0x60) === 0, 'bits 7 and 6 of TA2 that are 0', hex(ta2));
      expectThat(protocolsOf(atr).includes(ta2 & 0x0f), 'a protocol that is offered', `T=${ta2 & 0x0f}`);
    },
  },
  {
    name: 'waiting-time-integer',
    title: 'the waiting time integer of T=0 is not 0',
    clause: 'ISO/IEC 7816-3:2006, 10.2',
    async run(line) {
      const tc2 = present(interfaceByte(await line.reset(), 'TC', 2), 'TC2');
      expectThat(tc2 !== 0, 'TC2 from 01 to FF', '00');
    },
  },
  {
    name: 'information-field-size',
    title: 'IFSC is from 1 to 254',
    clause: 'ISO/IEC 7816-3:2006, 11.4.2',
    async run(line) {
      const ifsc = present(specificByte(await line.reset(), 'TA', 1), 'IFSC');
      expectThat(ifsc >= 1 && ifsc <= 254, 'IFSC from 1 to 254', `${ifsc}`);
    },
  },
  {
    name: 'block-waiting-integer',
    title: 'BWI is at most 9',
    clause: 'ISO/IEC 7816-3:2006, 11.4.3',
    async run(line) {
      const tb = present(specificByte(await line.reset(), 'TB', 1), 'BWI and CWI');
      expectThat(tb >> 4 <= 9, 'BWI from 0 to 9', `${tb >> 4}`);
    },
  },
  {
    name: 'error-detection-code',
    title: 'the byte that chooses LRC or CRC has no reserved bit set',
    clause: 'ISO/IEC 7816-3:2006, 11.4.4',
    async run(line) {
      const tc = present(specificByte(await line.reset(), 'TC', 1), 'TC for T=1');
      expectThat(tc <= 1, '00 or 01', hex(tc));
    },
  },
  {
    name: 'operating-classes',
    title: 'the class indicator names classes that exist',
    clause: 'ISO/IEC 7816-3:2006, 8.3, table 10',
    async run(line) {
      const ta = present(specificByte(await line.reset(), 'TA', 15), 'class indicator');
      const classes = ta & 0x3f;
      expectThat([1, 2, 3, 4, 6, 7].includes(classes), 'A, B, C, AB, BC or ABC', hex(classes));
    },
  },
  {
    name: 'historical-bytes',
    title:
      'historical bytes of category 80 are compact TLV objects to their end; those of 00 end in three status bytes',
    clause: 'ISO/IEC 7816-4:2020, 12.1.1',
    async run(line) {
      const { historical } = await line.reset();
      const category = historical[0];
      if (category !== 0x80 && category !== 0x00)
        throw new NotApplicable('the historical bytes are proprietary or absent');
      const end = category === 0x80 ? historical.length : historical.length - 3;
      let at = 1;
      while (at < end) at += 1 + (historical[at]! & 0x0f);
      expectThat(at === end, 'objects that end where the historical bytes do', toHex(historical));
    },
  },
  {
    name: 'again-after-reset',
    title: 'each of ten resets is answered, and the card works after the last',
    clause: 'ISO/IEC 7816-3:2006, 6.2.3; 8.1',
    async run(line) {
      for (let round = 0; round < 9; round++) await line.reset();
      await line.enter('any');
      await expectAlive(line);
    },
  },
  {
    name: 'reset-while-answering',
    title: 'a reset amid the answer to the last one is answered from its beginning',
    clause: 'ISO/IEC 7816-3:2006, 6.2.3; 8.1',
    async run(line) {
      await line.pullReset();
      await line.hear(2, INITIAL_WAITING_ETU);
      await line.enter('any');
      await expectAlive(line);
    },
  },
  {
    name: 'same-after-command',
    title: 'commands before a reset do not show in the answer to it',
    clause: 'ISO/IEC 7816-3:2006, 6.2.3',
    async run(line) {
      await line.enter('any');
      const before = toHex((await line.reset()).bytes);
      await line.enter('any');
      await expectAlive(line);
      const after = toHex((await line.reset()).bytes);
      if (before !== after) throw new CheckFailure(before, after);
    },
  },
  {
    name: 'default-protocol',
    title: 'the first protocol offered works right after the answer to reset, nothing negotiated',
    clause: 'ISO/IEC 7816-3:2006, 6.3.1',
    async run(line) {
      await line.enter('any');
      await expectAlive(line);
    },
  },
]);
