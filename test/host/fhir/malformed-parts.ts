/** What can be wrong in an input: one change each to the acute-bronchitis example, and how it is refused. */

import { type FhirFailureKind, INSTITUTION } from '../../../host/index.js';

/** Where the change is made, the new value (`undefined` removes), the kind and, where it differs, the path of the refusal. */
export type MalformedPart = readonly [at: string, value: unknown, kind: FhirFailureKind, path?: string];

const ENCOUNTER = 'visit.entry[0].resource';
const CONDITION = 'visit.entry[1].resource';
const OBSERVATION = 'visit.entry[2].resource';
const ALLERGY = 'visit.entry[4].resource';
const ORDER = 'visit.entry[5].resource';
const SECOND_ORDER = 'visit.entry[6].resource';
const NOTE = `${CONDITION}.note[0].text`;
const CODE = `${CONDITION}.code.coding[0]`;
const MEDICINE = `${ORDER}.medicationCodeableConcept.coding[0]`;
const DISPENSE = `${ORDER}.dispenseRequest`;
const PID = '00'.repeat(16);
const MEDICAL_RECORD_NUMBER = { system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' };

export const MALFORMED_PARTS: readonly MalformedPart[] = [
  // not the resource expected, or not to be understood
  ['visit.resourceType', 'List', 'not-fhir'],
  ['doctor.resourceType', 'Patient', 'not-fhir'],
  [`${OBSERVATION}.resourceType`, 'Immunization', 'not-fhir'],
  [`${OBSERVATION}.resourceType`, 'constructor', 'not-fhir'],
  [`${CONDITION}.modifierExtension`, [], 'not-fhir'],
  ['patient.implicitRules', 'urn:x', 'not-fhir'],

  // missing
  ['visit.type', undefined, 'missing'],
  ['visit.type', 'document', 'missing', 'visit.identifier'],
  ['visit.entry[0].resource', undefined, 'missing'],
  ['visit.entry[0].resource', { resourceType: 'Observation' }, 'missing', `${ENCOUNTER}.status`],
  [`${ENCOUNTER}.period.start`, undefined, 'missing'],
  [`${ENCOUNTER}.subject`, undefined, 'missing'],
  [`${ENCOUNTER}.subject.identifier`, undefined, 'missing', `${ENCOUNTER}.subject.identifier.system`],
  [`${CONDITION}.code`, undefined, 'missing'],
  [`${CONDITION}.encounter`, {}, 'missing'],
  [`${DISPENSE}.quantity`, undefined, 'missing'],
  [`${DISPENSE}.validityPeriod.end`, undefined, 'missing'],
  [`${ORDER}.dosageInstruction`, undefined, 'missing'],
  ['patient.birthDate', undefined, 'missing'],
  ['patient.name[0]', { use: 'official' }, 'missing'],
  ['insurance.period', undefined, 'missing'],
  ['insurance.payor[0]', {}, 'missing'],

  // types, cardinalities, value sets
  ['visit.entry', [], 'wrong-type'],
  ['visit.entry', {}, 'wrong-type'],
  [`${ENCOUNTER}.status`, 'done', 'wrong-type'],
  [`${ENCOUNTER}.status`, 'cancelled', 'wrong-type'],
  [`${CONDITION}.code.coding`, { code: 'J20.0' }, 'wrong-type'],
  [`${CONDITION}.code.coding`, [], 'wrong-type'],
  ['patient.identifier', [], 'wrong-type'],
  [`${ORDER}.medicationCodeableConcept.coding`, [], 'wrong-type'],
  [`${CODE}.code`, 'bronchitis', 'wrong-type'],
  [`${CODE}.code`, ' J20.0', 'wrong-type'],
  [`${CODE}.code`, undefined, 'wrong-type'],
  [`${CONDITION}.note`, [], 'wrong-type'],
  [`${CONDITION}.note`, null, 'wrong-type'],
  [NOTE, '', 'wrong-type'],
  [`${CONDITION}.verificationStatus.coding[0].code`, 'refuted', 'wrong-type'],
  [`${OBSERVATION}.valueString`, 'warm', 'wrong-type'],
  [`${ALLERGY}.category[0]`, 'pets', 'wrong-type'],
  [`${ORDER}.doNotPerform`, true, 'wrong-type'],
  [`${ORDER}.intent`, 'plan', 'wrong-type'],
  [`${MEDICINE}.code`, 'J01FA', 'wrong-type'],
  [`${DISPENSE}.quantity.value`, 0.5, 'wrong-type'],
  [`${DISPENSE}.quantity.value`, 65_536, 'wrong-type'],
  [`${DISPENSE}.quantity.code`, '[lb_av]', 'wrong-type'],
  [`${DISPENSE}.quantity.code`, 'constructor', 'wrong-type'],
  [`${DISPENSE}.numberOfRepeatsAllowed`, -1, 'wrong-type'],
  [`${DISPENSE}.numberOfRepeatsAllowed`, '1', 'wrong-type'],
  ['hospital.identifier[0].value', '12', 'wrong-type'],
  ['doctor.identifier[0].value', 'number 31', 'wrong-type'],

  // code systems
  [`${CODE}.system`, 'http://snomed.info/sct', 'code-system'],
  [`${CODE}.system`, undefined, 'code-system'],
  [`${MEDICINE}.system`, 'http://www.nlm.nih.gov/research/umls/rxnorm', 'code-system'],
  [`${DISPENSE}.quantity.system`, 'urn:boxes', 'code-system'],
  [`${ENCOUNTER}.class.system`, 'urn:classes', 'code-system'],
  [`${ALLERGY}.clinicalStatus.coding[0].system`, 'urn:states', 'code-system'],
  ['patient.identifier[0].system', 'urn:library-card', 'code-system'],
  ['pharmacy.identifier[0].system', undefined, 'code-system'],

  // dates
  [`${ENCOUNTER}.period.end`, '2026-03-12T09:00:00+08:00', 'date'],
  [`${ENCOUNTER}.period.end`, '2026-03-12T09:38:00+09:00', 'date'],
  [`${ENCOUNTER}.period.end`, '2026-03-11', 'date'],
  [`${ENCOUNTER}.period.start`, '2026-03-12', 'date'],
  [`${ENCOUNTER}.period.start`, '2026-02-30T09:20:00+08:00', 'date'],
  [`${ENCOUNTER}.period.start`, '2026-03-12T09:20:00', 'date'],
  [`${CONDITION}.abatementDateTime`, '2026-03-02', 'date'],
  [`${DISPENSE}.validityPeriod.end`, '2026-03-11', 'date'],
  [`${DISPENSE}.validityPeriod`, { end: '2026-03-11' }, 'date', `${DISPENSE}.validityPeriod.end`],
  ['insurance.period.end', '2024-12-31', 'date'],
  ['insurance.period.end', '2026-12', 'date'],
  ['patient.birthDate', '19 July 1988', 'date'],

  // the patient
  [`${ENCOUNTER}.name`, [{ text: 'x' }], 'identity'],
  [`${CONDITION}.telecom`, [], 'identity'],
  [`${CONDITION}.address`, 'somewhere', 'identity'],
  [
    `${CONDITION}.extension`,
    [{ url: 'urn:x', valueHumanName: {} }],
    'identity',
    `${CONDITION}.extension[0].valueHumanName`,
  ],
  [
    `${CONDITION}.contained`,
    [{ resourceType: 'Patient' }],
    'identity',
    `${CONDITION}.contained[0].resourceType`,
  ],
  [
    'visit.entry[8]',
    { resource: { resourceType: 'Patient' } },
    'identity',
    'visit.entry[8].resource.resourceType',
  ],
  ['visit.entry[0].fullUrl', 'A223344550', 'identity'],
  [`${ENCOUNTER}.subject.reference`, 'Patient/7', 'identity'],
  [`${ENCOUNTER}.subject.reference`, 'urn:uuid:0', 'identity'],
  [`${ENCOUNTER}.subject.display`, 'Ms L.', 'identity'],
  [`${ENCOUNTER}.subject.identifier.value`, PID, 'identity'],
  [`${ALLERGY}.patient.identifier.value`, PID, 'identity'],
  [`${ENCOUNTER}.subject.identifier.system`, 'http://www.moi.gov.tw', 'identity'],
  [`${ENCOUNTER}.subject.identifier.system`, 'urn:hospital:numbers', 'identity'],
  [
    `${ENCOUNTER}.identifier`,
    [{ type: { coding: [MEDICAL_RECORD_NUMBER] } }],
    'identity',
    `${ENCOUNTER}.identifier[0].type.coding[0]`,
  ],
  [NOTE, 'see B187654321', 'identity'],
  [NOTE, '林若晴 has a cough', 'identity'],
  [NOTE, 'call 0900-123-456', 'identity'],
  [
    `${CONDITION}.text`,
    { status: 'generated', div: '<div>JO-CHING LIN</div>' },
    'identity',
    `${CONDITION}.text.div`,
  ],

  // the doctor
  [
    'visit.entry[8]',
    { resource: { resourceType: 'Practitioner' } },
    'identity',
    'visit.entry[8].resource.resourceType',
  ],
  [NOTE, 'Dr Cheng-Han Hsu', 'identity'],
  [`${ORDER}.requester`, { display: 'Dr X' }, 'identity'],
  [`${ENCOUNTER}.participant`, [], 'identity'],
  [`${OBSERVATION}.performer`, [{ display: 'x' }], 'identity'],
  [`${ORDER}.note`, [{ text: 'x', authorString: 'y' }], 'identity', `${ORDER}.note[0].authorString`],
  [`${ORDER}.basedOn`, [{ reference: 'PractitionerRole/1' }], 'identity', `${ORDER}.basedOn[0].reference`],

  // parts that contradict one another
  [`${CONDITION}.encounter.reference`, 'Encounter/other', 'inconsistent'],
  [`${ENCOUNTER}.diagnosis[0].condition.reference`, 'Condition/other', 'inconsistent'],
  [`${SECOND_ORDER}.dispenseRequest.numberOfRepeatsAllowed`, 1, 'inconsistent'],
  [`${SECOND_ORDER}.dispenseRequest.validityPeriod.end`, '2026-03-16', 'inconsistent'],
  [`${ENCOUNTER}.serviceProvider.identifier.value`, '9901180099', 'inconsistent'],
  [
    `${DISPENSE}.performer`,
    { identifier: { system: INSTITUTION, value: '9901280099' } },
    'inconsistent',
    `${DISPENSE}.performer.identifier.value`,
  ],
  ['pharmacy.identifier[0].value', '9901180011', 'inconsistent', 'pharmacy.identifier'],

  // limits
  [NOTE, 'x'.repeat(49), 'too-large'],
  [NOTE, 'two\nlines', 'wrong-type'],
];
