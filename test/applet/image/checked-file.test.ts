import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ByteReader,
  ByteWriter,
  type FileFault,
  type FileFormat,
  openFile,
  sealFile,
} from '../../../applet/index.js';
import { seedProperties } from '../../apdu/seed.js';

seedProperties();

const FORMAT: FileFormat = { name: 'IMISTS', version: 2 };
const HEADER_BYTES = 18;
const content = new ByteWriter()
  .text('ärztin')
  .sized(Uint8Array.of(1, 2, 3))
  .counts(Uint32Array.of(7, 0xffffffff))
  .uint(1, 1)
  .bytes();
const file = sealFile(FORMAT, content);

const readAll = (reader: ByteReader) => ({
  text: reader.text(),
  bytes: reader.sized(),
  counts: reader.counts(),
  flag: reader.flag(),
});

function faultOf(bytes: Uint8Array, format = FORMAT): FileFault {
  const result = openFile(format, bytes, readAll);
  if (result.ok) throw new Error('the file was accepted');
  return result.fault;
}

/** The file with its checksums made right again after a change of its head. */
function withVersion(version: number): Uint8Array {
  return sealFile({ ...FORMAT, version }, content);
}

describe('a checked file', () => {
  it('gives back what was put in, also out of a buffer that shares its memory', () => {
    const expected = {
      text: 'ärztin',
      bytes: Uint8Array.of(1, 2, 3),
      counts: Uint32Array.of(7, 0xffffffff),
      flag: true,
    };
    expect(openFile(FORMAT, file, readAll)).toEqual({ ok: true, value: expected });
    const shared = Buffer.concat([Buffer.of(9, 9, 9), file]).subarray(3);
    const read = openFile(FORMAT, shared, readAll);
    expect(read).toEqual({ ok: true, value: expected });
    if (read.ok) read.value.bytes.fill(0);
    expect(openFile(FORMAT, shared, readAll)).toEqual({ ok: true, value: expected });
  });

  it('gives back any fields', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 40 }),
        fc.uint8Array({ maxLength: 100 }),
        fc.uint32Array({ maxLength: 20 }),
        fc.boolean(),
        (text, bytes, counts, flag) => {
          const writer = new ByteWriter()
            .text(text)
            .sized(bytes)
            .counts(counts)
            .uint(flag ? 1 : 0, 1);
          const read = openFile(FORMAT, sealFile(FORMAT, writer.bytes()), readAll);
          expect(read).toEqual({ ok: true, value: { text, bytes, counts, flag } });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('shows every changed bit', () => {
    const kinds = new Map<string, number>();
    for (let byte = 0; byte < file.length; byte++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = file.slice();
        changed[byte]! ^= 1 << bit;
        const { kind } = faultOf(changed);
        expect(kind, `byte ${byte}`).toBe(byte < 8 ? 'other file' : 'damaged');
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
    }
    console.log(`changed bits: ${[...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ')}`);
  });

  it('shows every missing end', () => {
    for (let length = 1; length < file.length; length++) {
      const expectedBytes = length < HEADER_BYTES ? undefined : file.length;
      expect(faultOf(file.subarray(0, length))).toEqual({ kind: 'truncated', bytes: length, expectedBytes });
    }
    expect(faultOf(new Uint8Array(0))).toEqual({ kind: 'other file' });
  });

  it('shows what follows its end', () => {
    expect(faultOf(Uint8Array.from([...file, 0]))).toEqual({
      kind: 'damaged',
      what: '1 bytes follow its end',
    });
  });

  it('tells a newer version from a damaged one', () => {
    expect(faultOf(withVersion(3))).toEqual({ kind: 'newer version', version: 3, supported: 2 });
    expect(faultOf(withVersion(0xffff))).toMatchObject({ kind: 'newer version' });
    expect(faultOf(withVersion(0))).toEqual({ kind: 'damaged', what: 'its version is 0' });
    expect(openFile(FORMAT, withVersion(1), readAll).ok).toBe(true);
    const flipped = file.slice();
    flipped[9] = 3;
    expect(faultOf(flipped).kind).toBe('damaged');
  });

  it('is refused as another kind of file', () => {
    expect(faultOf(file, { name: 'IMISXX', version: 2 })).toEqual({ kind: 'other file' });
    const crlf = Buffer.from(Buffer.from(file).toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
    expect(faultOf(new Uint8Array(crlf)).kind).toBe('other file');
  });

  it.each([
    ['ends within a field', content.subarray(0, -1)],
    ['goes on behind its last field', Uint8Array.from([...content, 0])],
    ['has a flag that is neither 0 nor 1', Uint8Array.from([...content.subarray(0, -1), 2])],
    ['has a text that is not UTF-8', new ByteWriter().sized(Uint8Array.of(0xff)).raw(content).bytes()],
    [
      'counts more than there is',
      new ByteWriter().text('').sized(new Uint8Array(0)).uint(0xffffffff, 4).bytes(),
    ],
  ])('with right checksums but content that %s is damaged', (_, changed) => {
    expect(faultOf(sealFile(FORMAT, changed)).kind).toBe('damaged');
  });
});
