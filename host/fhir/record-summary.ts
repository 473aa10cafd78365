/**
 * Summary of a diagnosis record on the patient's card (eq. 11): what another doctor can use without a
 * network, in codes, within 120 bytes. The full record is the FHIR document at NHI (eq. 9).
 */

import {
  bytesObject,
  concatBytes,
  decodeTemplate,
  encodeTemplate,
  optional,
  textObject,
  utf8ToBytes,
  type ValuesOf,
} from '../../apdu/index.js';
import { cardDateFromBytes, cardDateToBytes } from './card-date.js';
import { CardSummaryError } from './card-summary-error.js';
import { ATC_CODE, ICD_10_CODE } from './code-systems.js';

/** Longest summary, in bytes. */
export const RECORD_SUMMARY_BYTES = 120;
/** Most diagnoses in a summary. */
export const RECORD_DIAGNOSES = 6;
/** Most medicines in a summary. */
export const RECORD_MEDICINES = 8;
/** Longest note, in bytes of UTF-8. */
export const RECORD_NOTE_BYTES = 48;

/** An ICD-10 code on the card: without its point, filled up with blanks. */
const ICD_BYTES = 5;
const ATC_BYTES = 7;

/** Data objects of a record summary, context-specific tags; the card wraps them in an object of its own. */
export const RECORD_SUMMARY = {
  date: bytesObject(0x80, 'day of the visit', 4),
  hospitalId: textObject(0x81, 'hospital identifier', 1, 12),
  diagnoses: bytesObject(0x82, 'ICD-10 codes', ICD_BYTES, ICD_BYTES * RECORD_DIAGNOSES),
  medicines: optional(bytesObject(0x83, 'ATC codes', ATC_BYTES, ATC_BYTES * RECORD_MEDICINES)),
  note: optional(textObject(0x84, 'note', 1, RECORD_NOTE_BYTES)),
} as const;

/** What the card keeps of one visit. */
export type RecordSummary = {
  /** Day of the visit, `YYYY-MM-DD`. */
  readonly date: string;
  /** 1 to 12 digits and capital letters. */
  readonly hospitalId: string;
  /** ICD-10 codes with their point, the main diagnosis first; 1 to {@link RECORD_DIAGNOSES}. */
  readonly diagnoses: readonly string[];
  /** ATC codes of what was prescribed; 0 to {@link RECORD_MEDICINES}. */
  readonly medicines: readonly string[];
  /** Free text of at most {@link RECORD_NOTE_BYTES} bytes; empty for none. */
  readonly note: string;
};

/**
 * Bytes of a summary, at most {@link RECORD_SUMMARY_BYTES}.
 * @throws {CardSummaryError} `too-large`, naming the part to shorten, or `invalid`.
 */
export function encodeRecordSummary(summary: RecordSummary): Uint8Array {
  const { date, hospitalId, diagnoses, medicines, note } = summary;
  requireCount('diagnoses', diagnoses, 1, RECORD_DIAGNOSES);
  requireCount('medicines', medicines, 0, RECORD_MEDICINES);
  requireNote(note);
  if (!/^[0-9A-Z]{1,12}$/.test(hospitalId)) {
    throw new CardSummaryError('invalid', 'hospitalId', 'hospitalId has 1 to 12 digits and capital letters');
  }
  const bytes = encodeTemplate(RECORD_SUMMARY, {
    date: cardDateToBytes('date', date),
    hospitalId,
    diagnoses: concatBytes(...diagnoses.map(icdToBytes)),
    medicines: medicines.length === 0 ? undefined : concatBytes(...medicines.map(atcToBytes)),
    note: note === '' ? undefined : note,
  });
  if (bytes.length > RECORD_SUMMARY_BYTES) throw tooLarge(bytes.length);
  return bytes;
}

/**
 * The summary that `bytes` are; only the bytes {@link encodeRecordSummary} makes are read.
 * @throws {CardSummaryError} `malformed`.
 */
export function decodeRecordSummary(bytes: Uint8Array): RecordSummary {
  if (bytes.length > RECORD_SUMMARY_BYTES) {
    throw new CardSummaryError('malformed', '', `a record summary has at most ${RECORD_SUMMARY_BYTES} bytes`);
  }
  const values = decodeValues(bytes);
  const summary: RecordSummary = {
    date: cardDateFromBytes('date', values.date),
    hospitalId: values.hospitalId,
    diagnoses: slices('diagnoses', values.diagnoses, ICD_BYTES).map(icdFromBytes),
    medicines: slices('medicines', values.medicines ?? new Uint8Array(), ATC_BYTES).map(atcFromBytes),
    note: values.note ?? '',
  };
  requireEncodable(summary);
  return summary;
}

/** An ATC code as seven bytes. @throws {CardSummaryError} for what is no code of the fifth level. */
export function atcToBytes(code: string): Uint8Array {
  if (!ATC_CODE.test(code))
    throw new CardSummaryError('invalid', 'medicines', 'a medicine is no ATC code such as A10BA02');
  return utf8ToBytes(code);
}

/** The ATC code of seven bytes. @throws {CardSummaryError} for what is no code of the fifth level. */
export function atcFromBytes(bytes: Uint8Array): string {
  const code = String.fromCharCode(...bytes);
  if (!ATC_CODE.test(code))
    throw new CardSummaryError('malformed', 'medicines', 'bytes that are no ATC code');
  return code;
}

/** Values that could not have been encoded make the bytes malformed. */
function requireEncodable(summary: RecordSummary): void {
  try {
    encodeRecordSummary(summary);
  } catch (cause) {
    throw new CardSummaryError('malformed', '', `no record summary: ${(cause as Error).message}`, { cause });
  }
}

function decodeValues(bytes: Uint8Array): ValuesOf<typeof RECORD_SUMMARY> {
  try {
    return decodeTemplate(RECORD_SUMMARY, bytes);
  } catch (cause) {
    throw new CardSummaryError('malformed', '', `no record summary: ${(cause as Error).message}`, { cause });
  }
}

function requireCount(part: string, list: readonly string[], min: number, max: number): void {
  if (list.length < min)
    throw new CardSummaryError('invalid', part, `${part} holds none; give at least ${min}`);
  if (list.length > max) {
    throw new CardSummaryError(
      'too-large',
      part,
      `${part} holds ${list.length} codes, the card ${max}; keep the most important`,
    );
  }
}

function requireNote(note: string): void {
  if (/[\p{Cc}\p{Surrogate}]/u.test(note)) {
    throw new CardSummaryError('invalid', 'note', 'note holds control characters; keep to one line of text');
  }
  const { length } = utf8ToBytes(note);
  if (length > RECORD_NOTE_BYTES) {
    const message = `note takes ${length} bytes, the card holds ${RECORD_NOTE_BYTES}; shorten it by ${length - RECORD_NOTE_BYTES}`;
    throw new CardSummaryError('too-large', 'note', message);
  }
}

/**
 * The whole is too large although no part is. Codes alone always fit (110 bytes at most), so the note is
 * what gives way.
 */
function tooLarge(bytes: number): CardSummaryError {
  const message = `the record takes ${bytes} bytes, the card holds ${RECORD_SUMMARY_BYTES}; shorten the note by ${bytes - RECORD_SUMMARY_BYTES}`;
  return new CardSummaryError('too-large', 'note', message);
}

function icdToBytes(code: string): Uint8Array {
  if (!ICD_10_CODE.test(code))
    throw new CardSummaryError('invalid', 'diagnoses', 'a diagnosis is no ICD-10 code such as J20.9');
  return utf8ToBytes(code.replace('.', '').padEnd(ICD_BYTES, ' '));
}

function icdFromBytes(bytes: Uint8Array): string {
  const digits = String.fromCharCode(...bytes).replace(/ +$/, '');
  const code = digits.length > 3 ? `${digits.slice(0, 3)}.${digits.slice(3)}` : digits;
  if (!ICD_10_CODE.test(code))
    throw new CardSummaryError('malformed', 'diagnoses', 'bytes that are no ICD-10 code');
  return code;
}

/** `bytes` in pieces of `size`. @throws {CardSummaryError} when they do not come out even. */
export function slices(part: string, bytes: Uint8Array, size: number): Uint8Array[] {
  if (bytes.length % size !== 0)
    throw new CardSummaryError('malformed', part, `${part} is not a multiple of ${size} bytes`);
  return Array.from({ length: bytes.length / size }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}
