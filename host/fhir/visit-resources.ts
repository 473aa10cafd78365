/** The FHIR R4 resources of one anonymous visit, as far as the system reads them. */

import { z } from 'zod';
import {
  ALLERGY_CLINICAL,
  ALLERGY_VERIFICATION,
  ATC,
  ATC_CODE,
  CONDITION_CLINICAL,
  CONDITION_VERIFICATION,
  DRUG_FORM,
  ENCOUNTER_CLASS,
  ICD_10,
  ICD_10_CODE,
  UCUM,
} from './code-systems.js';
import {
  annotation,
  boundConcept,
  codeableConcept,
  conceptOf,
  fhirCode,
  fhirDateTime,
  fhirDayOrInstant,
  fhirInstant,
  fhirString,
  fhirUri,
  identifier,
  nonEmpty,
  orderedPeriod,
  pseudonymReference,
  quantity,
  reference,
  report,
} from './datatypes.js';
import { endsBeforeStart } from './fhir-time.js';

/** R4, Encounter. A visit that took place: it has a start to the second, so NHI can order it. */
export const encounter = z.looseObject({
  resourceType: z.literal('Encounter'),
  id: fhirString.optional(),
  identifier: nonEmpty(identifier).optional(),
  status: z.enum(['arrived', 'triaged', 'in-progress', 'onleave', 'finished']),
  class: z.looseObject({ system: fhirUri.optional(), code: fhirCode }).superRefine(({ system }, context) => {
    if (system !== ENCOUNTER_CLASS)
      report(context, 'code-system', ['system'], `is not read here; write ${ENCOUNTER_CLASS}`);
  }),
  subject: pseudonymReference,
  period: z.looseObject({ start: fhirInstant, end: fhirDateTime.optional() }).superRefine(orderedPeriod),
  reasonCode: nonEmpty(codeableConcept).optional(),
  diagnosis: nonEmpty(z.looseObject({ condition: reference, rank: z.int().min(1).optional() })).optional(),
  serviceProvider: reference.optional(),
});

/** R4, Condition. Only what is held true: a refuted or mistaken condition must not become a diagnosis on a card. */
export const condition = z
  .looseObject({
    resourceType: z.literal('Condition'),
    id: fhirString.optional(),
    clinicalStatus: boundConcept(CONDITION_CLINICAL, [
      'active',
      'recurrence',
      'relapse',
      'inactive',
      'remission',
      'resolved',
    ]).optional(),
    verificationStatus: boundConcept(CONDITION_VERIFICATION, [
      'unconfirmed',
      'provisional',
      'differential',
      'confirmed',
    ]).optional(),
    code: conceptOf(ICD_10, 'ICD-10 code', ICD_10_CODE, 'J20.9'),
    subject: pseudonymReference,
    encounter: reference.optional(),
    onsetDateTime: fhirDateTime.optional(),
    abatementDateTime: fhirDateTime.optional(),
    recordedDate: fhirDateTime.optional(),
    note: nonEmpty(annotation).optional(),
  })
  .superRefine(({ onsetDateTime: onset, abatementDateTime: abatement }, context) => {
    if (onset !== undefined && abatement !== undefined && endsBeforeStart(onset, abatement)) {
      report(context, 'date', ['abatementDateTime'], `is before the onset (${onset}); correct one of them`);
    }
  });

/** R4, Observation. Read for display only, so codes of any system pass. */
export const observation = z
  .looseObject({
    resourceType: z.literal('Observation'),
    id: fhirString.optional(),
    status: z.enum(['registered', 'preliminary', 'final', 'amended', 'corrected']),
    code: codeableConcept,
    subject: pseudonymReference,
    encounter: reference.optional(),
    effectiveDateTime: fhirDateTime.optional(),
    valueQuantity: quantity.optional(),
    valueCodeableConcept: codeableConcept.optional(),
    valueString: fhirString.optional(),
    component: nonEmpty(
      z.looseObject({ code: codeableConcept, valueQuantity: quantity.optional() }),
    ).optional(),
  })
  .superRefine((value, context) => {
    const choices = Object.keys(value).filter((key) => /^value[A-Z]/.test(key));
    if (choices.length > 1)
      report(context, 'wrong-type', [choices[1]!], 'is a second value; keep one value[x]');
  });

/** R4, AllergyIntolerance. The patient stands in `patient`, not `subject`. */
export const allergyIntolerance = z.looseObject({
  resourceType: z.literal('AllergyIntolerance'),
  id: fhirString.optional(),
  clinicalStatus: boundConcept(ALLERGY_CLINICAL, ['active', 'inactive', 'resolved']),
  verificationStatus: boundConcept(ALLERGY_VERIFICATION, ['unconfirmed', 'confirmed']).optional(),
  type: z.enum(['allergy', 'intolerance']).optional(),
  category: nonEmpty(z.enum(['food', 'medication', 'environment', 'biologic'])).optional(),
  criticality: z.enum(['low', 'high', 'unable-to-assess']).optional(),
  code: codeableConcept,
  patient: pseudonymReference,
  encounter: reference.optional(),
});

/** Units in which a pharmacy counts, by system and code. `piece` is a tablet, capsule or other single dose form. */
export const DISPENSE_UNITS = {
  [UCUM]: { '{tbl}': 'piece', '{cap}': 'piece', '{dose}': 'piece', '1': 'piece', mL: 'mL', g: 'g' },
  [DRUG_FORM]: { TAB: 'piece', CAP: 'piece' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, 'piece' | 'mL' | 'g'>>>>;

/** Unit of a dispensed quantity, or undefined when the card has none for it. */
export function dispenseUnit(
  system: string | undefined,
  code: string | undefined,
): 'piece' | 'mL' | 'g' | undefined {
  const units: Readonly<Record<string, 'piece' | 'mL' | 'g'>> | undefined =
    system === UCUM || system === DRUG_FORM ? DISPENSE_UNITS[system] : undefined;
  return units !== undefined && code !== undefined && Object.hasOwn(units, code) ? units[code] : undefined;
}

const dispensedQuantity = z
  .looseObject({
    value: z
      .number()
      .refine(
        (value) => Number.isInteger(value) && value >= 1 && value <= 65_535,
        'is no quantity the card can hold; give a whole number from 1 to 65535',
      ),
    unit: fhirString.optional(),
    system: fhirUri.optional(),
    code: fhirCode.optional(),
  })
  .superRefine(({ system, code }, context) => {
    if (dispenseUnit(system, code) !== undefined) return;
    if (system !== UCUM && system !== DRUG_FORM) {
      report(context, 'code-system', ['system'], `is not read here; give ${UCUM} or ${DRUG_FORM}`);
    } else {
      report(
        context,
        'wrong-type',
        ['code'],
        `is no unit for dispensing; use one of ${Object.keys(DISPENSE_UNITS[system]).join(', ')}`,
      );
    }
  });

/** R4, MedicationRequest. An order that may be dispensed: quantity and end of validity are mandatory here. */
export const medicationRequest = z.looseObject({
  resourceType: z.literal('MedicationRequest'),
  id: fhirString.optional(),
  status: z.literal('active'),
  intent: z.literal('order'),
  doNotPerform: z.literal(false).optional(),
  medicationCodeableConcept: conceptOf(ATC, 'ATC code', ATC_CODE, 'A10BA02'),
  subject: pseudonymReference,
  encounter: reference.optional(),
  authoredOn: fhirDayOrInstant.optional(),
  note: nonEmpty(annotation).optional(),
  dosageInstruction: nonEmpty(
    z.looseObject({
      sequence: z.int().optional(),
      text: fhirString.optional(),
      timing: z.looseObject({}).optional(),
      asNeededBoolean: z.boolean().optional(),
      route: codeableConcept.optional(),
      doseAndRate: nonEmpty(z.looseObject({ doseQuantity: quantity.optional() })).optional(),
    }),
  ),
  dispenseRequest: z.looseObject({
    validityPeriod: z
      .looseObject({ start: fhirDateTime.optional(), end: fhirDayOrInstant })
      .superRefine(orderedPeriod),
    numberOfRepeatsAllowed: z
      .int()
      .refine(
        (value) => value >= 0 && value <= 99,
        'is no count of repeats; give a whole number from 0 to 99',
      )
      .optional(),
    quantity: dispensedQuantity,
    expectedSupplyDuration: quantity.optional(),
    performer: reference.optional(),
  }),
});

/** An order in a record: what was ordered; how it is dispensed is the pharmacy's (eq. 10). */
export const recordedRequest = medicationRequest.extend({
  dispenseRequest: z.undefined().optional(),
});

export type Encounter = z.infer<typeof encounter>;
export type Condition = z.infer<typeof condition>;
export type Observation = z.infer<typeof observation>;
export type AllergyIntolerance = z.infer<typeof allergyIntolerance>;
export type MedicationRequest = z.infer<typeof medicationRequest>;
