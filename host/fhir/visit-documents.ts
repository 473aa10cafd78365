/**
 * The documents a visit sends: the record for NHI (NewRC_S, eq. 9) and the prescription for the pharmacy
 * (MR_S, eq. 10). They are built so that they share nothing but the pseudonym and what the patient takes:
 * identifiers, the encounter and times of day stay out of the prescription.
 */

import { fromHex, toHex, utf8ToBytes } from '../../apdu/index.js';
import { ATC, ICD_10, PSEUDONYM } from './code-systems.js';
import { codeIn } from './datatypes.js';
import { type FhirResult, refusal } from './fhir-result.js';
import { dayOf, instantSeconds } from './fhir-time.js';
import { findModifier, parseJson, utf8Text } from './parse-json.js';
import { PRESCRIPTION_ITEMS, type PrescriptionSummary } from './prescription-summary.js';
import { prescriptionFinding, prescriptionSummaryOf, type Visit } from './visit.js';
import { allEntries, type BundleRules, readBundle, subjectOf, type VisitEntries } from './visit-bundle.js';
import type { MedicationRequest } from './visit-resources.js';

/** Largest document, in bytes. */
export const DOCUMENT_BYTES = 65_536;
/** Length of a PID, in bytes. */
const PID_BYTES = 16;

type JsonObject = { readonly [key: string]: unknown };

/** A diagnosis record as NHI reads it. */
export type RecordDocument = {
  /** PID, 16 bytes. */
  readonly pid: Uint8Array;
  /** Start of the encounter, seconds since 1970. */
  readonly startedAt: number;
  /** ICD-10 codes, the main diagnosis first. */
  readonly diagnoses: readonly string[];
  /** ATC codes of what was ordered. */
  readonly medicines: readonly string[];
};
/** A prescription as the pharmacy reads it. */
export type PrescriptionDocument = {
  /** PID, 16 bytes. */
  readonly pid: Uint8Array;
  readonly orders: readonly MedicationRequest[];
  /** The same in short, as the card holds it. */
  readonly summary: PrescriptionSummary;
};

const NOBODY = { patient: [], doctor: [] } as const;

/**
 * The record of `visit` for the patient `pid` (16 bytes): one FHIR Bundle, UTF-8 JSON with its members
 * sorted, so that the same visit is the same bytes. Orders appear as what was ordered, without the
 * dispensing data that belongs to the pharmacy; narratives and metadata are left out.
 */
export function encodeRecordDocument(visit: Visit, pid: Uint8Array): Uint8Array {
  return encodeBundle(
    allEntries(visit.entries).map(({ fullUrl, resource }) => {
      const { text: _narrative, meta: _meta, dispenseRequest: _dispensing, ...kept } = resource as JsonObject;
      return { ...(fullUrl === undefined ? {} : { fullUrl }), resource: withPseudonym(kept, pid) };
    }),
  );
}

/** The prescription of `visit` for the patient `pid` (16 bytes), in the same form: orders only, rebuilt from the elements a pharmacy needs. */
export function encodePrescriptionDocument(visit: Visit, pid: Uint8Array): Uint8Array {
  return encodeBundle(
    visit.entries.MedicationRequest.map(({ resource }) => {
      const { validityPeriod, numberOfRepeatsAllowed, quantity, expectedSupplyDuration } =
        resource.dispenseRequest;
      const order = {
        resourceType: 'MedicationRequest',
        status: resource.status,
        intent: resource.intent,
        medicationCodeableConcept: resource.medicationCodeableConcept,
        subject: resource.subject,
        authoredOn: dayOf(resource.authoredOn ?? visit.day),
        dosageInstruction: resource.dosageInstruction,
        dispenseRequest: {
          validityPeriod: {
            ...(validityPeriod.start === undefined ? {} : { start: dayOf(validityPeriod.start) }),
            end: dayOf(validityPeriod.end),
          },
          numberOfRepeatsAllowed: numberOfRepeatsAllowed ?? 0,
          quantity,
          ...(expectedSupplyDuration === undefined ? {} : { expectedSupplyDuration }),
        },
      };
      return { resource: withPseudonym(order, pid) };
    }),
  );
}

/** Reads a record that reached NHI; a failure's source is `record`. */
export function parseRecordDocument(bytes: Uint8Array): FhirResult<RecordDocument> {
  const counts = {
    Encounter: [1, 1],
    Condition: [1, 32],
    Observation: [0, 32],
    AllergyIntolerance: [0, 32],
    MedicationRequest: [0, 32],
  } as const;
  const read = readDocument(bytes, 'record', {
    counts,
    pseudonym: 'present',
    orders: 'recorded',
    known: NOBODY,
  });
  if (!read.ok) return read;
  const { Encounter, Condition, MedicationRequest } = read.value;
  return {
    ok: true,
    value: {
      pid: pseudonymOf(read.value),
      startedAt: instantSeconds(Encounter[0]!.resource.period.start),
      diagnoses: Condition.map(({ resource }) => codeIn(resource.code, ICD_10)),
      medicines: MedicationRequest.map(({ resource }) => codeIn(resource.medicationCodeableConcept, ATC)),
    },
  };
}

/** Reads a prescription that reached the pharmacy; a failure's source is `prescription`. */
export function parsePrescriptionDocument(bytes: Uint8Array): FhirResult<PrescriptionDocument> {
  const counts = { MedicationRequest: [1, PRESCRIPTION_ITEMS] } as const;
  const read = readDocument(bytes, 'prescription', {
    counts,
    pseudonym: 'present',
    orders: 'dispensable',
    known: NOBODY,
  });
  if (!read.ok) return read;
  const finding = prescriptionFinding(read.value);
  if (finding) return refusal('prescription', finding);
  const entries = read.value.MedicationRequest;
  return {
    ok: true,
    value: {
      pid: pseudonymOf(read.value),
      orders: entries.map(({ resource }) => resource),
      summary: prescriptionSummaryOf(entries),
    },
  };
}

function readDocument(bytes: Uint8Array, source: string, rules: BundleRules): FhirResult<VisitEntries> {
  if (bytes.length > DOCUMENT_BYTES) {
    const problem = `has ${bytes.length} bytes; send at most ${DOCUMENT_BYTES}`;
    return refusal(source, { kind: 'too-large', path: '', problem });
  }
  let text: string;
  try {
    text = utf8Text(bytes);
  } catch {
    return refusal(source, { kind: 'unreadable', path: '', problem: 'is not UTF-8; send it again' });
  }
  const json = parseJson(text);
  if ('finding' in json) return refusal(source, json.finding);
  const modifier = findModifier(json.value);
  if (modifier) return refusal(source, modifier);
  const read = readBundle(json.value, '', rules);
  return 'finding' in read ? refusal(source, read.finding) : { ok: true, value: read.entries };
}

function pseudonymOf(entries: VisitEntries): Uint8Array {
  return fromHex(subjectOf(allEntries(entries)[0]!.resource).identifier!.value!);
}

function withPseudonym(resource: JsonObject, pid: Uint8Array): JsonObject {
  if (pid.length !== PID_BYTES) throw new RangeError(`a PID has ${PID_BYTES} bytes, not ${pid.length}`);
  const reference = { type: 'Patient', identifier: { system: PSEUDONYM, value: toHex(pid) } };
  return { ...resource, [resource.resourceType === 'AllergyIntolerance' ? 'patient' : 'subject']: reference };
}

function encodeBundle(entry: readonly JsonObject[]): Uint8Array {
  return utf8ToBytes(JSON.stringify(sorted({ resourceType: 'Bundle', type: 'collection', entry })));
}

/** The same JSON with the members of every object in one order. Input depth is bounded by {@link parseJson}. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return Object.fromEntries(members.map(([key, member]) => [key, sorted(member)]));
}
