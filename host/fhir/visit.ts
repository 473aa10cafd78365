/** The anonymous visit: what a doctor records (eq. 9) and prescribes (eq. 10), and what of it goes on the card (eq. 11). */

import type { KnownTexts } from './anonymity.js';
import { CardSummaryError } from './card-summary-error.js';
import { ATC, ICD_10, INSTITUTION } from './code-systems.js';
import { codeIn } from './datatypes.js';
import { type Finding, joinPath } from './fhir-result.js';
import { dayOf, endOfDaySeconds, instantSeconds } from './fhir-time.js';
import { encodePrescriptionSummary, type PrescriptionSummary } from './prescription-summary.js';
import { encodeRecordSummary, type RecordSummary } from './record-summary.js';
import { readBundle, type VisitEntries, type VisitEntry } from './visit-bundle.js';
import { dispenseUnit, type MedicationRequest } from './visit-resources.js';

/** A checked visit. */
export type Visit = {
  readonly entries: VisitEntries;
  /** Start of the encounter, seconds since 1970. */
  readonly startedAt: number;
  /** Day of the encounter as written, `YYYY-MM-DD`. */
  readonly day: string;
  /** Last second of the last day of collection in Taiwan, seconds since 1970. */
  readonly prescriptionExpiry: number;
  /** What goes on the card; both fit. */
  readonly recordSummary: RecordSummary;
  readonly prescriptionSummary: PrescriptionSummary;
};

const COUNTS = {
  Encounter: [1, 1],
  Condition: [1, 32],
  Observation: [0, 32],
  AllergyIntolerance: [0, 32],
  MedicationRequest: [1, 32],
} as const;

/** Reads the visit bundle at `path`; `institutions` are the register numbers of hospital and pharmacy. */
export function readVisit(
  value: unknown,
  path: string,
  institutions: { readonly hospital: string; readonly pharmacy: string },
  known: KnownTexts,
): { readonly visit: Visit } | { readonly finding: Finding } {
  const read = readBundle(value, path, { counts: COUNTS, pseudonym: 'absent', orders: 'dispensable', known });
  if ('finding' in read) return read;
  const { entries } = read;
  const disagreement = prescriptionFinding(entries) ?? institutionFinding(entries, institutions);
  if (disagreement) return { finding: disagreement };
  const recordSummary = recordSummaryOf(entries, institutions.hospital);
  const prescriptionSummary = prescriptionSummaryOf(entries.MedicationRequest);
  const oversize = summaryFinding(entries, path, recordSummary, prescriptionSummary);
  if (oversize) return { finding: oversize };
  const { start } = entries.Encounter[0]!.resource.period;
  return {
    visit: {
      entries,
      startedAt: instantSeconds(start),
      day: dayOf(start),
      prescriptionExpiry: endOfDaySeconds(prescriptionSummary.expiry),
      recordSummary,
      prescriptionSummary,
    },
  };
}

/** Summary of checked entries; the first note of the first condition that has one becomes the card's note. */
export function recordSummaryOf(entries: VisitEntries, hospitalId: string): RecordSummary {
  return {
    date: dayOf(entries.Encounter[0]!.resource.period.start),
    hospitalId,
    diagnoses: distinct(entries.Condition.map(({ resource }) => codeIn(resource.code, ICD_10))),
    medicines: distinct(
      entries.MedicationRequest.map(({ resource }) => codeIn(resource.medicationCodeableConcept, ATC)),
    ),
    note: noteEntry(entries)?.resource.note?.[0]?.text ?? '',
  };
}

/** Summary of checked orders that agree in repeats and validity. */
export function prescriptionSummaryOf(orders: readonly VisitEntry<MedicationRequest>[]): PrescriptionSummary {
  const { validityPeriod, numberOfRepeatsAllowed } = orders[0]!.resource.dispenseRequest;
  return {
    expiry: dayOf(validityPeriod.end),
    repeats: numberOfRepeatsAllowed ?? 0,
    items: orders.map(({ resource }) => {
      const { value, system, code } = resource.dispenseRequest.quantity;
      const atc = codeIn(resource.medicationCodeableConcept, ATC);
      return { atc, quantity: value, unit: dispenseUnit(system, code)! };
    }),
  };
}

/**
 * One prescription number stands for all medicines and one counter for their repeats (eq. 17), so the
 * orders of a visit must agree in both. It must still run on the day of the visit.
 */
export function prescriptionFinding(entries: VisitEntries): Finding | undefined {
  const [first] = entries.MedicationRequest;
  for (const { resource, path } of entries.MedicationRequest) {
    const own = resource.dispenseRequest;
    const common = first!.resource.dispenseRequest;
    const at = (...steps: PropertyKey[]) => joinPath(path, ['dispenseRequest', ...steps]);
    if ((own.numberOfRepeatsAllowed ?? 0) !== (common.numberOfRepeatsAllowed ?? 0)) {
      const problem = 'differs from the first order; one prescription has one number of repeats';
      return { kind: 'inconsistent', path: at('numberOfRepeatsAllowed'), problem };
    }
    if (dayOf(own.validityPeriod.end) !== dayOf(common.validityPeriod.end)) {
      const problem = 'differs from the first order; one prescription has one last day';
      return { kind: 'inconsistent', path: at('validityPeriod', 'end'), problem };
    }
    const visitDay = entries.Encounter[0]?.resource.period.start.slice(0, 10);
    if (visitDay !== undefined && dayOf(own.validityPeriod.end) < visitDay) {
      const problem = `is before the visit (${visitDay}); give a day on which the medicine can still be collected`;
      return { kind: 'date', path: at('validityPeriod', 'end'), problem };
    }
  }
  return undefined;
}

/** The institutions that the visit itself names must be those it takes place with. */
function institutionFinding(
  entries: VisitEntries,
  { hospital, pharmacy }: { readonly hospital: string; readonly pharmacy: string },
): Finding | undefined {
  for (const { resource, path } of entries.Encounter) {
    const given = institutionNumber(resource.serviceProvider);
    if (given !== undefined && given !== hospital) {
      const problem = `is not the hospital of this input (${hospital}); correct one of them`;
      return {
        kind: 'inconsistent',
        path: joinPath(path, ['serviceProvider', 'identifier', 'value']),
        problem,
      };
    }
  }
  for (const { resource, path } of entries.MedicationRequest) {
    const given = institutionNumber(resource.dispenseRequest.performer);
    if (given !== undefined && given !== pharmacy) {
      const problem = `is not the pharmacy of this input (${pharmacy}); correct one of them`;
      const steps = ['dispenseRequest', 'performer', 'identifier', 'value'];
      return { kind: 'inconsistent', path: joinPath(path, steps), problem };
    }
  }
  return undefined;
}

function institutionNumber(
  party:
    | {
        readonly identifier?:
          | { readonly system?: string | undefined; readonly value?: string | undefined }
          | undefined;
      }
    | undefined,
): string | undefined {
  return party?.identifier?.system === INSTITUTION ? party.identifier.value : undefined;
}

function summaryFinding(
  entries: VisitEntries,
  path: string,
  record: RecordSummary,
  prescription: PrescriptionSummary,
): Finding | undefined {
  try {
    encodePrescriptionSummary(prescription);
    encodeRecordSummary(record);
    return undefined;
  } catch (error) {
    if (!(error instanceof CardSummaryError)) throw error;
    const kind = error.kind === 'too-large' ? 'too-large' : 'wrong-type';
    const note = noteEntry(entries);
    const where =
      error.part === 'note' && note ? joinPath(note.path, ['note', 0, 'text']) : joinPath(path, ['entry']);
    return { kind, path: where, problem: `does not fit the card: ${error.message}` };
  }
}

function noteEntry(entries: VisitEntries) {
  return entries.Condition.find(({ resource }) => resource.note !== undefined);
}

function distinct(codes: readonly string[]): string[] {
  return [...new Set(codes)];
}
