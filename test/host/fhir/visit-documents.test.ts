import { describe, expect, it } from 'vitest';
import {
  encodePrescriptionDocument,
  encodeRecordDocument,
  parsePrescriptionDocument,
  parseRecordDocument,
} from '../../../host/index.js';
import { EXAMPLES, exampleInput, exampleText, partOf } from './example-inputs.js';

const PID = Uint8Array.from({ length: 16 }, (_, at) => 0xa0 + at);
const OTHER_PID = new Uint8Array(16);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytesOf = (text: string) => new TextEncoder().encode(text);

describe.each(EXAMPLES)('the documents of %s', (name) => {
  const { visit, patient, doctor, hospital } = exampleInput(name);
  const record = encodeRecordDocument(visit, PID);
  const prescription = encodePrescriptionDocument(visit, PID);

  it('are read back by NHI and pharmacy', () => {
    const readRecord = parseRecordDocument(record);
    const { diagnoses, medicines } = visit.recordSummary;
    expect(readRecord).toEqual({
      ok: true,
      value: { pid: PID, startedAt: visit.startedAt, diagnoses, medicines },
    });
    const readPrescription = parsePrescriptionDocument(prescription);
    expect(readPrescription.ok && readPrescription.value.pid).toEqual(PID);
    expect(readPrescription.ok && readPrescription.value.summary).toEqual(visit.prescriptionSummary);
  });

  it('are the same bytes each time', () => {
    expect(encodeRecordDocument(exampleInput(name).visit, PID)).toEqual(record);
    expect(encodePrescriptionDocument(exampleInput(name).visit, PID)).toEqual(prescription);
  });

  it('name neither the patient nor the doctor', () => {
    const identities = stringsOf(partOf(JSON.parse(exampleText(name)), 'patient'), [
      'value',
      'text',
      'given',
      'birthDate',
    ])
      .concat(stringsOf(partOf(JSON.parse(exampleText(name)), 'doctor'), ['value', 'given']))
      .concat(patient.name, doctor.name);
    expect(identities.length).toBeGreaterThanOrEqual(8);
    for (const identity of identities) {
      expect(textOf(record)).not.toContain(identity);
      expect(textOf(prescription)).not.toContain(identity);
    }
  });

  it('share no identifier, reference or time: the prescription cannot be joined to the record', () => {
    const text = textOf(prescription);
    expect(text).not.toMatch(/urn:uuid|encounter|Condition|fullUrl|T\d\d:\d\d/);
    expect(text).not.toContain(hospital.id);
    for (const code of visit.recordSummary.diagnoses) expect(text).not.toContain(`"${code}"`);
    expect(textOf(record)).not.toContain('dispenseRequest');
  });

  it('are refused when about two patients, without a pseudonym, or of the wrong kind', () => {
    const pid = Buffer.from(PID).toString('hex');
    const mixed = textOf(prescription).replace(pid, Buffer.from(OTHER_PID).toString('hex'));
    expect(kindOf(parsePrescriptionDocument(bytesOf(mixed)))).toEqual([
      'inconsistent',
      'entry[1].resource.subject.identifier.value',
    ]);
    const bare = textOf(record).replaceAll(`,"value":"${pid}"`, '');
    expect(kindOf(parseRecordDocument(bytesOf(bare)))[0]).toBe('missing');
    expect(kindOf(parsePrescriptionDocument(record))).toEqual(['not-fhir', 'entry[0].resource.resourceType']);
    expect(kindOf(parseRecordDocument(prescription))[0]).toBe('wrong-type');
    expect(kindOf(parseRecordDocument(record.subarray(1)))[0]).toBe('unreadable');
    expect(kindOf(parseRecordDocument(Uint8Array.of(0xff)))[0]).toBe('unreadable');
    expect(kindOf(parseRecordDocument(new Uint8Array(65_537)))[0]).toBe('too-large');
  });
});

it('a pseudonym of the wrong length is a mistake of the caller', () => {
  expect(() => encodeRecordDocument(exampleInput('acute-bronchitis').visit, new Uint8Array(15))).toThrow(
    RangeError,
  );
});

function kindOf(
  read: ReturnType<typeof parseRecordDocument> | ReturnType<typeof parsePrescriptionDocument>,
): string[] {
  return read.ok ? ['ok'] : [read.failure.kind, read.failure.path];
}

/** Strings below `keys` anywhere in `value`. */
function stringsOf(value: unknown, keys: readonly string[], inside = false): string[] {
  if (typeof value === 'string') return inside ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    stringsOf(item, keys, Array.isArray(value) ? inside : keys.includes(key)),
  );
}
