import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex } from '../../apdu/index.js';
import {
  encodePcapng,
  isPcapng,
  parsePcapng,
  parseTraceLines,
  type TracePacket,
  traceLine,
} from '../../reader-drivers/index.js';
import { seedProperties } from '../apdu/seed.js';
import { whyNoTool } from '../support/tools.js';

seedProperties();

const TIME_US = 1_700_000_000_123_456;
const ATR = fromHex('3B8880014E6F6465436172641D');
const SMALL: readonly TracePacket[] = [
  { card: 'patient', kind: 'answer-to-reset', bytes: ATR, timeUs: TIME_US },
  { card: 'patient', kind: 'command', bytes: fromHex('00A4040C06F0494D495301'), timeUs: TIME_US + 1 },
  { card: 'reader 2, Ärztin', kind: 'command', bytes: fromHex('0084000010'), timeUs: TIME_US + 2 },
  { card: 'patient', kind: 'response', bytes: fromHex('9000'), timeUs: TIME_US + 3 },
];

const packets = fc.array(
  fc.record<TracePacket>({
    card: fc.string({ unit: 'binary', maxLength: 20 }).filter((name) => !name.includes('\0')),
    kind: fc.constantFrom('answer-to-reset', 'command', 'response'),
    bytes: fc.uint8Array({ maxLength: 700 }),
    timeUs: fc.integer({ min: 0, max: 4_000_000_000_000_000 }),
  }),
  { maxLength: 20 },
);

describe('a capture file (pcapng)', () => {
  it('holds every message of every card, in order, to the microsecond', () => {
    fc.assert(
      fc.property(packets, (trace) => {
        const file = encodePcapng(trace, 'what it is');
        expect(isPcapng(file)).toBe(true);
        expect(parsePcapng(file)).toEqual({ ok: true, packets: trace, skipped: 0 });
      }),
    );
  });

  it('is refused where it is cut within a block, and read up to there where it is cut between two', () => {
    const file = encodePcapng(SMALL);
    const whole: number[] = [];
    for (let length = 0; length < file.length; length++) {
      const read = parsePcapng(file.subarray(0, length));
      if (read.ok) whole.push(read.packets.length);
      else expect(read.fault).toMatch(/^it is (cut short|no capture file)/);
    }
    // after the section, then after each of two interfaces and of the first three packets
    expect(whole).toEqual([0, 0, 1, 2, 2, 3]);
  });

  it('never throws, whatever byte is another', () => {
    const file = encodePcapng(SMALL);
    for (const [at, byte] of file.entries()) {
      for (const other of [0x00, 0xff, byte ^ 1, byte ^ 0x80]) {
        const damaged = file.slice();
        damaged[at] = other;
        expect(typeof parsePcapng(damaged).ok).toBe('boolean');
      }
    }
  });

  it('may be of another program: big-endian, nanoseconds, other link types, blocks of other kinds', () => {
    const section = fromHex(
      '0A0D0D0A 0000001C 1A2B3C4D 0001 0000 FFFFFFFFFFFFFFFF 0000001C'.replaceAll(' ', ''),
    );
    // link type 252, if_tsresol 9; then link type 1 without options
    const upperPdu = fromHex(
      '00000001 00000020 00FC 0000 00000000 0009 0001 09000000 0000 0000 00000020'.replaceAll(' ', ''),
    );
    const ethernet = fromHex('00000001 00000014 0001 0000 00000000 00000014'.replaceAll(' ', ''));
    const unknown = fromHex('00000BAD 00000010 01020304 00000010'.replaceAll(' ', ''));
    const pdu = '000C 0008 69736F3738313600 0023 0004 00000001 0000 0000 9000 0000';
    const packet = (number: string, data: string) =>
      fromHex(
        `00000006 00000040 ${number} 00000000 00003A98 0000001A 0000001A ${data} ${'00'.repeat(4)} 00000040`.replaceAll(
          ' ',
          '',
        ),
      );
    const file = concatBytes(
      section,
      upperPdu,
      ethernet,
      unknown,
      packet('00000000', pdu),
      packet('00000001', pdu),
    );
    const expected = { card: 'interface 0', kind: 'response', bytes: fromHex('9000'), timeUs: 15 };
    expect(parsePcapng(file)).toEqual({ ok: true, packets: [expected], skipped: 1 });
  });
});

describe.skipIf(whyNoTool('tshark') !== undefined)('an unmodified tshark', () => {
  it('decodes what is written as ISO 7816, without settings', () => {
    const folder = mkdtempSync(join(tmpdir(), 'imis-trace-'));
    try {
      const path = join(folder, 'trace.pcapng');
      writeFileSync(path, encodePcapng(SMALL, 'four messages'));
      const table = tshark('-r', path, '-T', 'fields', '-E', 'separator=|', ...FIELDS);
      expect(table.trimEnd().split('\n')).toEqual([
        'patient|0x3b||||',
        'patient||0xa4|0x04|f0494d495301|',
        'reader 2, Ärztin||0x84|0x00||',
        'patient|||||0x90',
      ]);
      const summary = tshark('-r', path);
      expect(summary).toMatch(/ATR, TA\(1\)=False/);
      expect(summary).toMatch(/Interface → Card +ISO 7816 \d+ Select file/);
      expect(summary).toMatch(/Card → Interface +ISO 7816 \d+ Response APDU/);
      expect(summary).not.toMatch(/Malformed/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

const FIELDS = [
  'frame.interface_name',
  'iso7816.atr.init_char',
  'iso7816.apdu.ins',
  'iso7816.apdu.p1',
  'iso7816.apdu.body',
  'iso7816.apdu.sw1',
].flatMap((field) => ['-e', field]);

function tshark(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('tshark', args, { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return stdout;
}

describe('JSON lines', () => {
  it('hold every message, one a line', () => {
    fc.assert(
      fc.property(packets, (trace) => {
        const text = trace.map(traceLine).join('');
        expect(text.split('\n')).toHaveLength(trace.length + 1);
        expect(parseTraceLines(text)).toEqual({ ok: true, packets: trace, skipped: 0 });
      }),
    );
    expect(traceLine(SMALL[3]!)).toBe(
      '{"time":"2023-11-14T22:13:20.123459Z","card":"patient","kind":"response","bytes":"9000"}\n',
    );
  });

  it.each([
    ['{"time":', 'is no JSON'],
    ['7', 'is no message of a trace'],
    ['{}', 'names no card'],
    ['{"card":"a"}', 'has no kind of answer-to-reset, command, response'],
    ['{"card":"a","kind":"command","bytes":"123"}', 'has no bytes in hexadecimal'],
    ['{"card":"a","kind":"command","bytes":"12"}', 'has no time in UTC with six decimals'],
    [
      '{"card":"a","kind":"command","bytes":"12","time":"2023-14-14T22:13:20.123459Z"}',
      'has no time in UTC with six decimals',
    ],
  ])('are refused by line: %s', (line, fault) => {
    expect(parseTraceLines(`${traceLine(SMALL[0]!)}\n${line}\n`)).toEqual({
      ok: false,
      fault: `line 3 ${fault}`,
    });
  });
});
