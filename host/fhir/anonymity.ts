/**
 * What may not stand in a visit: anything that names the patient (the card and the records are
 * anonymous, paper section 4.1) or the doctor (who signs as a member of the group, eq. 9 and 10).
 * Free text cannot be proved anonymous; known names and numbers are searched for in all of it.
 */

import { IDENTIFIER_TYPE, NATIONAL_IDENTIFIERS } from './code-systems.js';
import { type Finding, joinPath } from './fhir-result.js';

/** Elements that none of the visit's resources has, and that describe a person in the others. */
const PERSONAL_ELEMENTS = new Set([
  'name',
  'telecom',
  'address',
  'birthDate',
  'photo',
  'contact',
  'valueHumanName',
  'valueAddress',
  'valueContactPoint',
]);
/** Elements that name the one who acted. `performer` names a pharmacy where it stands in a dispense request. */
const DOCTOR_ELEMENTS = new Set([
  'requester',
  'recorder',
  'asserter',
  'participant',
  'performer',
  'authorReference',
  'authorString',
]);
const PATIENT_TYPES = new Set(['Patient', 'Person', 'RelatedPerson']);
const DOCTOR_TYPES = new Set(['Practitioner', 'PractitionerRole']);
const LITERAL_REFERENCE = /(?:^|\/)(Patient|Person|RelatedPerson|Practitioner|PractitionerRole)\//;
/** Types of HL7 v2 table 0203 that number a person: national, passport, record, insurance, patient numbers. */
const PERSONAL_NUMBER_TYPES = new Set([
  'NI',
  'NNxxx',
  'NNTWN',
  'PPN',
  'PRC',
  'SS',
  'DL',
  'HC',
  'MR',
  'PI',
  'PT',
]);
/** Numbers of Taiwan's citizens and residents: a letter, a digit or letter for the sex, eight digits. */
const NATIONAL_NUMBER = /(?<![A-Za-z0-9])[A-Z][1289A-D][0-9]{8}(?![A-Za-z0-9])/;

const NAMES_PATIENT = 'could name the patient; leave it out, for a visit is anonymous';
const NAMES_DOCTOR = 'names the doctor; leave it out, for the doctor signs as a member of the group';

/** Texts to search for, and whom they name. */
export type KnownTexts = { readonly patient: readonly string[]; readonly doctor: readonly string[] };

type Step = {
  readonly value: unknown;
  readonly path: string;
  readonly key: string;
  readonly parentKey: string;
};

/**
 * First place below `root`, in document order, that names a person; undefined for none.
 * The walk is iterative: its depth is bounded by the document's, not by the call stack.
 */
export function findIdentity(root: unknown, rootPath: string, known: KnownTexts): Finding | undefined {
  const patientTexts = known.patient.map(fold);
  const doctorTexts = known.doctor.map(fold);
  const stack: Step[] = [{ value: root, path: rootPath, key: '', parentKey: '' }];
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    const problem =
      typeof step.value === 'string'
        ? textProblem(step, patientTexts, doctorTexts)
        : (elementProblem(step) ?? numberProblem(step.value));
    if (problem !== undefined) return { kind: 'identity', path: step.path, problem };
    for (const child of children(step).reverse()) stack.push(child);
  }
  return undefined;
}

function children({ value, path, key, parentKey }: Step): Step[] {
  if (Array.isArray(value)) {
    return value.map((item: unknown, at) => ({ value: item, path: joinPath(path, [at]), key, parentKey }));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(([name, item]: [string, unknown]) => ({
    value: item,
    path: joinPath(path, [name]),
    key: name,
    parentKey: key,
  }));
}

function elementProblem({ key, parentKey }: Step): string | undefined {
  if (PERSONAL_ELEMENTS.has(key)) return NAMES_PATIENT;
  if (DOCTOR_ELEMENTS.has(key) && !(key === 'performer' && parentKey === 'dispenseRequest'))
    return NAMES_DOCTOR;
  return undefined;
}

function textProblem(
  step: Step,
  patientTexts: readonly string[],
  doctorTexts: readonly string[],
): string | undefined {
  const { key } = step;
  const text = step.value as string;
  const element = elementProblem(step);
  if (element !== undefined) return element;
  const target =
    key === 'reference'
      ? LITERAL_REFERENCE.exec(text)?.[1]
      : key === 'resourceType' || key === 'type'
        ? text
        : undefined;
  if (target !== undefined && DOCTOR_TYPES.has(target)) return NAMES_DOCTOR;
  // `type` of a subject reference rightly says Patient.
  if (target !== undefined && key !== 'type' && PATIENT_TYPES.has(target)) return NAMES_PATIENT;
  if (key === 'system' && NATIONAL_IDENTIFIERS.includes(text.replace(/\/$/, ''))) return NAMES_PATIENT;
  if (NATIONAL_NUMBER.test(text)) return 'holds what looks like a national identifier; leave it out';
  if (patientTexts.length === 0 && doctorTexts.length === 0) return undefined;
  const folded = fold(text);
  if (patientTexts.some((known) => contains(folded, known))) {
    return 'contains the name or a number of the patient; leave it out';
  }
  if (doctorTexts.some((known) => contains(folded, known))) {
    return 'contains the name or a number of the doctor; leave it out';
  }
  return undefined;
}

function numberProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { system, code } = value as { system?: unknown; code?: unknown };
  const personal = system === IDENTIFIER_TYPE && typeof code === 'string' && PERSONAL_NUMBER_TYPES.has(code);
  return personal ? 'announces a number of the patient; leave that identifier out' : undefined;
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** Whether `known` stands in `text` as words of its own; Chinese has no blanks, so there any place counts. */
function contains(text: string, known: string): boolean {
  for (let at = text.indexOf(known); at >= 0; at = text.indexOf(known, at + 1)) {
    if (!joins(text[at - 1], known[0]) && !joins(known.at(-1), text[at + known.length])) return true;
  }
  return false;
}

function joins(left: string | undefined, right: string | undefined): boolean {
  return /^[a-z0-9]{2}$/.test(`${left ?? ''}${right ?? ''}`);
}
