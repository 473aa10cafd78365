/**
 * The visit input: one FHIR R4 Parameters resource with a part for each party and the
 * anonymous visit itself, so that everything a scenario needs stands in one file and each part can be
 * handed to the one party that may see it.
 *
 * | parameter | resource | goes to |
 * |---|---|---|
 * | `patient` | Patient | NHI only (eq. 1) |
 * | `doctor` | Practitioner | NHI only (eq. 3) |
 * | `hospital` | Organization | terminal, NHI |
 * | `pharmacy` | Organization | pharmacy, doctor |
 * | `insurance` | Coverage, whose period is Data | NHI (eq. 2) |
 * | `visit` | Bundle without any identity | terminal (eq. 9 to 11) |
 */

import { z } from 'zod';
import { checkShape, type Shape } from './check-shape.js';
import { fhirString, nonEmpty } from './datatypes.js';
import { type FhirResult, type Finding, quote, refusal } from './fhir-result.js';
import { findModifier, parseJson } from './parse-json.js';
import {
  coverage,
  type DoctorParty,
  doctorParty,
  type InstitutionParty,
  type InsuranceParty,
  identifyingTexts,
  institutionParty,
  insuranceParty,
  organization,
  type PatientParty,
  patient,
  patientParty,
  practitioner,
} from './parties.js';
import { readVisit, type Visit } from './visit.js';

/** Longest input, in characters. */
export const VISIT_INPUT_CHARACTERS = 262_144;

/** Everything a scenario needs. */
export type VisitInput = {
  /** Where it came from, for messages. */
  readonly source: string;
  /** Goes to NHI and to nobody else. */
  readonly patient: PatientParty;
  /** Goes to NHI and to nobody else. */
  readonly doctor: DoctorParty;
  readonly hospital: InstitutionParty;
  readonly pharmacy: InstitutionParty;
  readonly insurance: InsuranceParty;
  readonly visit: Visit;
};

const PARAMETERS = z.looseObject({
  resourceType: z.literal('Parameters'),
  parameter: nonEmpty(
    z.looseObject({ name: fhirString, resource: z.looseObject({ resourceType: fhirString }).optional() }),
  ),
});

/** Parts in the order in which they are checked, each with the resource it must hold. */
const PARTS = {
  patient: 'Patient',
  doctor: 'Practitioner',
  hospital: 'Organization',
  pharmacy: 'Organization',
  insurance: 'Coverage',
  visit: 'Bundle',
} as const;
type Part = keyof typeof PARTS;

/**
 * Reads a visit input. `source` names it in messages (a file name as the user gave it).
 * @returns the typed input, or a refusal whose `sentence` is one line: what, where, what to do. Paths start
 * with the name of the part: `visit.entry[2].resource.code.coding[0].system`.
 */
export function parseVisitInput(text: string, source: string): FhirResult<VisitInput> {
  const read = readVisitInput(text, source);
  return 'finding' in read ? refusal(source, read.finding) : { ok: true, value: read.input };
}

function readVisitInput(
  text: string,
  source: string,
): { readonly input: VisitInput } | { readonly finding: Finding } {
  if (text.length > VISIT_INPUT_CHARACTERS) {
    const problem = `has ${text.length} characters; give at most ${VISIT_INPUT_CHARACTERS}`;
    return { finding: { kind: 'too-large', path: '', problem } };
  }
  const json = parseJson(text.startsWith('\u{feff}') ? text.slice(1) : text);
  if ('finding' in json) return json;
  const modifier = findModifier(json.value);
  if (modifier) return { finding: { ...modifier, path: partPath(modifier.path, json.value) } };
  const parts = partsOf(json.value);
  if ('finding' in parts) return parts;
  const { resources } = parts;
  const person = checkPart(patient, 'patient', resources);
  if ('finding' in person) return person;
  const physician = checkPart(practitioner, 'doctor', resources);
  if ('finding' in physician) return physician;
  const clinic = checkPart(organization, 'hospital', resources);
  if ('finding' in clinic) return clinic;
  const shop = checkPart(organization, 'pharmacy', resources);
  if ('finding' in shop) return shop;
  const insurance = checkPart(coverage, 'insurance', resources);
  if ('finding' in insurance) return insurance;

  const hospital = institutionParty(clinic.value);
  const pharmacy = institutionParty(shop.value);
  if (hospital.id === pharmacy.id) {
    const problem = "is the hospital's number; give the pharmacy its own";
    return { finding: { kind: 'inconsistent', path: 'pharmacy.identifier', problem } };
  }
  const known = { patient: identifyingTexts(person.value), doctor: identifyingTexts(physician.value) };
  const read = readVisit(resources.visit, 'visit', { hospital: hospital.id, pharmacy: pharmacy.id }, known);
  if ('finding' in read) return read;
  return {
    input: {
      source,
      patient: patientParty(person.value),
      doctor: doctorParty(physician.value),
      hospital,
      pharmacy,
      insurance: insuranceParty(insurance.value),
      visit: read.visit,
    },
  };
}

function partsOf(
  document: unknown,
): { readonly resources: Readonly<Record<Part, unknown>> } | { readonly finding: Finding } {
  const type = (document as { resourceType?: unknown }).resourceType;
  if (type !== 'Parameters') {
    const given = type === undefined ? 'is missing, so this is not FHIR' : `is ${quote(type)}`;
    const problem = `${given}; give a Parameters resource with the parts ${Object.keys(PARTS).join(', ')}`;
    return { finding: { kind: 'not-fhir', path: 'resourceType', problem } };
  }
  const envelope = checkShape(PARAMETERS, document, '');
  if ('finding' in envelope) return envelope;
  const resources: Partial<Record<Part, unknown>> = {};
  for (const [at, { name, resource }] of envelope.value.parameter.entries()) {
    if (!Object.hasOwn(PARTS, name)) continue;
    const part = name as Part;
    if (resource === undefined || resources[part] !== undefined) {
      const problem =
        resource === undefined ? `is missing; put the ${PARTS[part]} there` : `is a second ${part}; keep one`;
      const kind = resource === undefined ? 'missing' : 'inconsistent';
      return { finding: { kind, path: `parameter[${at}].resource`, problem } };
    }
    if (resource.resourceType !== PARTS[part]) {
      const problem = `is ${quote(resource.resourceType)}; put a ${PARTS[part]} there`;
      return { finding: { kind: 'not-fhir', path: `${part}.resourceType`, problem } };
    }
    resources[part] = resource;
  }
  for (const part of Object.keys(PARTS) as Part[]) {
    if (resources[part] === undefined) {
      const problem = `is missing; add a parameter named ${part} with a ${PARTS[part]} resource`;
      return { finding: { kind: 'missing', path: part, problem } };
    }
  }
  return { resources: resources as Record<Part, unknown> };
}

/** A path from the document's root in the words of the parts: `visit` for `parameter[5].resource`. */
function partPath(path: string, document: object): string {
  return path.replace(/^parameter\[(\d+)\]\.resource/, (raw, at: string) => {
    const { parameter } = document as { parameter: readonly { name?: unknown }[] };
    const name = parameter[Number(at)]?.name;
    return typeof name === 'string' && Object.hasOwn(PARTS, name) ? name : raw;
  });
}

function checkPart<S extends Shape>(shape: S, part: Part, resources: Readonly<Record<Part, unknown>>) {
  return checkShape(shape, resources[part], part);
}
