/** Prescriptions as the card stores them. */

import { decodeTemplate, equalBytes, PRESCRIPTION_RECORD, type ValuesOf } from '../../apdu/index.js';
import type { RecordFile } from '../os/record-file.js';

export type StoredPrescription = ValuesOf<typeof PRESCRIPTION_RECORD>;

/** The prescription in a slot, or `undefined` when the slot was never used. */
export function readPrescription(file: RecordFile, slot: number): StoredPrescription | undefined {
  const record = file.record(slot);
  return record && decodeTemplate(PRESCRIPTION_RECORD, record);
}

/** The slot and content of the prescription with a number. */
export function findPrescription(
  file: RecordFile,
  prescriptionId: Uint8Array,
): { slot: number; stored: StoredPrescription } | undefined {
  for (let slot = 1; slot <= file.spec.records; slot++) {
    const stored = readPrescription(file, slot);
    if (stored && equalBytes(stored.prescriptionId, prescriptionId)) return { slot, stored };
  }
  return undefined;
}
