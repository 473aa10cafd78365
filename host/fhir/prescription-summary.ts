/**
 * Summary of a prescription on the patient's card (eq. 11): what is to be collected, how often and until
 * when, within 96 bytes. The pharmacy works from the FHIR document of eq. 10; the card shows this one.
 */

import {
  bytesObject,
  bytesToUint,
  concatBytes,
  decodeTemplate,
  encodeTemplate,
  uintObject,
  uintToBytes,
  type ValuesOf,
} from '../../apdu/index.js';
import { cardDateFromBytes, cardDateToBytes } from './card-date.js';
import { CardSummaryError } from './card-summary-error.js';
import { atcFromBytes, atcToBytes, slices } from './record-summary.js';

/** Longest summary, in bytes. */
export const PRESCRIPTION_SUMMARY_BYTES = 96;
/** Most medicines of one prescription. */
export const PRESCRIPTION_ITEMS = 8;

/** Units by their byte on the card. */
const UNITS = ['piece', 'mL', 'g'] as const;
/** ATC code (7), quantity (2), unit (1). */
const ITEM_BYTES = 10;

/** Data objects of a prescription summary, context-specific tags; the card wraps them in an object of its own. */
export const PRESCRIPTION_SUMMARY = {
  expiry: bytesObject(0x80, 'last day of collection', 4),
  repeats: uintObject(0x81, 'number of repeats', 1),
  items: bytesObject(0x82, 'ATC code, quantity, unit', ITEM_BYTES, ITEM_BYTES * PRESCRIPTION_ITEMS),
} as const;

/** One medicine of a prescription. */
export type PrescriptionItem = {
  readonly atc: string;
  /** For one collection: 1 to 65,535 of `unit`. */
  readonly quantity: number;
  /** `piece` is a tablet, capsule or other single dose form. */
  readonly unit: (typeof UNITS)[number];
};

/** What the card keeps of one prescription. */
export type PrescriptionSummary = {
  /** Last day of collection, `YYYY-MM-DD`. */
  readonly expiry: string;
  /** Collections after the first: 0 to 99. */
  readonly repeats: number;
  /** 1 to {@link PRESCRIPTION_ITEMS}. */
  readonly items: readonly PrescriptionItem[];
};

/**
 * Bytes of a summary, at most {@link PRESCRIPTION_SUMMARY_BYTES}.
 * @throws {CardSummaryError} `too-large` or `invalid`, naming the part.
 */
export function encodePrescriptionSummary({ expiry, repeats, items }: PrescriptionSummary): Uint8Array {
  if (!Number.isInteger(repeats) || repeats < 0 || repeats > 99) {
    throw new CardSummaryError('invalid', 'repeats', 'repeats is no whole number from 0 to 99');
  }
  if (items.length === 0) throw new CardSummaryError('invalid', 'items', 'items holds none; give at least 1');
  if (items.length > PRESCRIPTION_ITEMS) {
    const message = `items holds ${items.length} medicines, a prescription on the card ${PRESCRIPTION_ITEMS}; write a second one`;
    throw new CardSummaryError('too-large', 'items', message);
  }
  return encodeTemplate(PRESCRIPTION_SUMMARY, {
    expiry: cardDateToBytes('expiry', expiry),
    repeats,
    items: concatBytes(...items.map(itemToBytes)),
  });
}

/**
 * The summary that `bytes` are; only the bytes {@link encodePrescriptionSummary} makes are read.
 * @throws {CardSummaryError} `malformed`.
 */
export function decodePrescriptionSummary(bytes: Uint8Array): PrescriptionSummary {
  const values = decodeValues(bytes);
  if (values.repeats > 99) throw new CardSummaryError('malformed', 'repeats', 'repeats is beyond 99');
  return {
    expiry: cardDateFromBytes('expiry', values.expiry),
    repeats: values.repeats,
    items: slices('items', values.items, ITEM_BYTES).map(itemFromBytes),
  };
}

function decodeValues(bytes: Uint8Array): ValuesOf<typeof PRESCRIPTION_SUMMARY> {
  try {
    return decodeTemplate(PRESCRIPTION_SUMMARY, bytes);
  } catch (cause) {
    throw new CardSummaryError('malformed', '', `no prescription summary: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function itemToBytes({ atc, quantity, unit }: PrescriptionItem): Uint8Array {
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > 65_535) {
    throw new CardSummaryError('invalid', 'items', 'a quantity is no whole number from 1 to 65535');
  }
  const unitByte = UNITS.indexOf(unit);
  if (unitByte < 0) throw new CardSummaryError('invalid', 'items', `a unit is none of ${UNITS.join(', ')}`);
  return concatBytes(atcToBytes(atc), uintToBytes(quantity, 2), Uint8Array.of(unitByte));
}

function itemFromBytes(bytes: Uint8Array): PrescriptionItem {
  const quantity = bytesToUint(bytes.subarray(7, 9));
  const unit = UNITS[bytes[9]!];
  if (quantity === 0 || unit === undefined) {
    throw new CardSummaryError('malformed', 'items', 'a quantity of zero or a unit that is not known');
  }
  return { atc: atcFromBytes(bytes.subarray(0, 7)), quantity, unit };
}
