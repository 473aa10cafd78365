import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CardSummaryError,
  decodePrescriptionSummary,
  decodeRecordSummary,
  encodePrescriptionSummary,
  encodeRecordSummary,
  PRESCRIPTION_SUMMARY_BYTES,
  type PrescriptionSummary,
  RECORD_SUMMARY_BYTES,
  type RecordSummary,
} from '../../../host/index.js';
import { SEED } from './example-inputs.js';

const letter = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ');
const digits = (count: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: count, maxLength: count });
const icd = fc.oneof(
  fc.tuple(letter, digits(2)).map((parts) => parts.join('')),
  fc
    .tuple(letter, digits(2), fc.constant('.'), fc.oneof(digits(1), digits(2)))
    .map((parts) => parts.join('')),
);
const atc = fc.tuple(letter, digits(2), letter, letter, digits(2)).map((parts) => parts.join(''));
const day = fc
  .date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2099-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const note = fc.string({ unit: 'grapheme', maxLength: 60 });
const record: fc.Arbitrary<RecordSummary> = fc.record({
  date: day,
  hospitalId: fc.string({ unit: fc.oneof(letter, digits(1)), minLength: 1, maxLength: 12 }),
  diagnoses: fc.array(icd, { minLength: 1, maxLength: 7 }),
  medicines: fc.array(atc, { maxLength: 9 }),
  note,
});
const prescription: fc.Arbitrary<PrescriptionSummary> = fc.record({
  expiry: day,
  repeats: fc.integer({ min: 0, max: 99 }),
  items: fc.array(
    fc.record({
      atc,
      quantity: fc.integer({ min: 1, max: 65_535 }),
      unit: fc.constantFrom('piece' as const, 'mL' as const, 'g' as const),
    }),
    { minLength: 1, maxLength: 9 },
  ),
});
const RUNS = { seed: SEED, numRuns: 1000 };

/** The bytes, or the refusal; anything else that is thrown fails the test. */
function attempt(encode: () => Uint8Array): Uint8Array | CardSummaryError {
  try {
    return encode();
  } catch (error) {
    if (error instanceof CardSummaryError) return error;
    throw error;
  }
}

describe('record summary', () => {
  it('fits its bound and reads back, or says what to shorten', () => {
    console.log(`seed ${SEED}`);
    const seen = { encoded: 0, note: 0, diagnoses: 0, medicines: 0 };
    fc.assert(
      fc.property(record, (summary) => {
        const bytes = attempt(() => encodeRecordSummary(summary));
        if (bytes instanceof CardSummaryError) {
          expect(bytes.kind).toBe('too-large');
          seen[bytes.part as 'note']++;
          return;
        }
        seen.encoded++;
        expect(bytes.length).toBeLessThanOrEqual(RECORD_SUMMARY_BYTES);
        expect(decodeRecordSummary(bytes)).toEqual(summary);
      }),
      RUNS,
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
  });

  it('shortening the note by as much as the refusal says makes it fit', () => {
    const full: RecordSummary = {
      date: '2026-03-12',
      hospitalId: '123456789012',
      diagnoses: Array<string>(6).fill('E11.65'),
      medicines: Array<string>(8).fill('A10BA02'),
      note: '',
    };
    expect(encodeRecordSummary(full)).toHaveLength(110);
    const error = attempt(() => encodeRecordSummary({ ...full, note: 'n'.repeat(48) })) as CardSummaryError;
    const excess = Number(/shorten the note by (\d+)/.exec(error.message)?.[1]);
    expect([error.kind, error.part, excess]).toEqual(['too-large', 'note', 40]);
    expect(encodeRecordSummary({ ...full, note: 'n'.repeat(48 - excess) })).toHaveLength(
      RECORD_SUMMARY_BYTES,
    );
  });

  it.each([
    ['date', { date: '2026-02-29' }],
    ['hospitalId', { hospitalId: 'abc' }],
    ['hospitalId', { hospitalId: '' }],
    ['diagnoses', { diagnoses: [] }],
    ['diagnoses', { diagnoses: ['J209'] }],
    ['medicines', { medicines: ['A10B'] }],
    ['note', { note: 'two\nlines' }],
    ['note', { note: '\u{d800}' }],
  ])('refuses a wrong %s: %j', (part, change) => {
    const good: RecordSummary = {
      date: '2026-03-12',
      hospitalId: '1',
      diagnoses: ['I10'],
      medicines: [],
      note: '',
    };
    const error = attempt(() => encodeRecordSummary({ ...good, ...change })) as CardSummaryError;
    expect([error.kind, error.part]).toEqual(['invalid', part]);
  });
});

describe('prescription summary', () => {
  it('fits its bound and reads back, or says that there are too many', () => {
    const seen = { encoded: 0, refused: 0 };
    fc.assert(
      fc.property(prescription, (summary) => {
        const bytes = attempt(() => encodePrescriptionSummary(summary));
        if (bytes instanceof CardSummaryError) {
          expect([bytes.kind, bytes.part, summary.items.length]).toEqual(['too-large', 'items', 9]);
          seen.refused++;
          return;
        }
        seen.encoded++;
        expect(bytes.length).toBeLessThanOrEqual(PRESCRIPTION_SUMMARY_BYTES);
        expect(decodePrescriptionSummary(bytes)).toEqual(summary);
      }),
      RUNS,
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
  });

  it.each([
    ['expiry', { expiry: '12.3.2026' }],
    ['repeats', { repeats: 100 }],
    ['repeats', { repeats: 0.5 }],
    ['items', { items: [] }],
    ['items', { items: [{ atc: 'A10BA02', quantity: 0, unit: 'g' as const }] }],
    ['medicines', { items: [{ atc: 'a10ba02', quantity: 1, unit: 'g' as const }] }],
  ])('refuses a wrong %s: %j', (part, change) => {
    const good: PrescriptionSummary = {
      expiry: '2026-03-15',
      repeats: 0,
      items: [{ atc: 'A10BA02', quantity: 1, unit: 'g' }],
    };
    const error = attempt(() => encodePrescriptionSummary({ ...good, ...change })) as CardSummaryError;
    expect([error.kind, error.part]).toEqual(['invalid', part]);
  });
});

describe('strictness', () => {
  const recordBytes = encodeRecordSummary({
    date: '2026-03-12',
    hospitalId: '9901180011',
    diagnoses: ['J20.0', 'I10'],
    medicines: ['J01FA10'],
    note: '氣喘',
  });
  const prescriptionBytes = encodePrescriptionSummary({
    expiry: '2026-03-15',
    repeats: 2,
    items: [{ atc: 'J01FA10', quantity: 6, unit: 'piece' }],
  });
  const codecs = [
    ['record', recordBytes, decodeRecordSummary, encodeRecordSummary],
    ['prescription', prescriptionBytes, decodePrescriptionSummary, encodePrescriptionSummary],
  ] as const;

  it.each(codecs)(
    '%s: every single changed, missing or added byte is refused or another summary',
    (_name, bytes, decode, encode) => {
      const variants: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at++) {
        for (let value = 0; value < 256; value++) {
          if (value !== bytes[at])
            variants.push(Uint8Array.from(bytes, (byte, index) => (index === at ? value : byte)));
        }
        variants.push(
          bytes.subarray(0, at),
          Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1)]),
        );
      }
      variants.push(Uint8Array.from([...bytes, 0]), Uint8Array.from([...bytes, 0x85, 0]));
      let refused = 0;
      for (const variant of variants) {
        try {
          // One summary has one encoding: what decodes must encode to the very same bytes.
          expect((encode as (summary: unknown) => Uint8Array)(decode(variant))).toEqual(variant);
        } catch (error) {
          if (!(error instanceof CardSummaryError)) throw error;
          expect(error.kind).toBe('malformed');
          refused++;
        }
      }
      expect(refused).toBeGreaterThan(variants.length / 2);
      expect(decode(bytes)).not.toEqual({});
    },
  );

  it('arbitrary bytes are refused as malformed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 140 }), (bytes) => {
        for (const decode of [decodeRecordSummary, decodePrescriptionSummary]) {
          expect(() => decode(bytes)).toThrow(CardSummaryError);
        }
      }),
      RUNS,
    );
  });
});
