/**
 * The parties around the visit as FHIR R4 resources. Patient and Practitioner carry civil identities:
 * they serve registration at NHI (eq. 1 and 3) and reach no other party.
 */

import { z } from 'zod';
import { INSTITUTION, LICENCE, NATIONAL_IDENTIFIERS } from './code-systems.js';
import {
  address,
  contactPoint,
  fhirDay,
  fhirDayOrInstant,
  fhirString,
  humanName,
  identifier,
  nonEmpty,
  orderedPeriod,
  reference,
  report,
} from './datatypes.js';
import { dayOf, endOfDaySeconds } from './fhir-time.js';

/** An identifier list that must hold one of given systems, with a value of a given form. */
function identifiersOf(systems: readonly string[], what: string, form: RegExp) {
  return nonEmpty(identifier).superRefine((list, context) => {
    const at = list.findIndex(({ system }) => system !== undefined && systems.includes(normal(system)));
    if (at < 0) {
      const problem = list[0]!.system === undefined ? 'is missing' : 'is not read here';
      report(context, 'code-system', [0, 'system'], `${problem}; give ${what} under ${systems.join(' or ')}`);
    } else if (!form.test(list[at]!.value ?? '')) {
      const state = list[at]!.value === undefined ? 'is missing' : 'has the wrong form';
      report(context, 'wrong-type', [at, 'value'], `${state}; give ${what}`);
    }
  });
}

/** Both spellings of a register's URI are in use, with and without the final slash. */
function normal(system: string): string {
  return system.replace(/\/$/, '');
}

function valueUnder(systems: readonly string[], list: readonly z.infer<typeof identifier>[]): string {
  return list.find(({ system }) => system !== undefined && systems.includes(normal(system)))!.value!;
}

/** R4, Patient. */
export const patient = z.looseObject({
  resourceType: z.literal('Patient'),
  identifier: identifiersOf(
    NATIONAL_IDENTIFIERS,
    'a national identifier (one to twelve capital letters and digits)',
    /^[A-Z0-9]{1,12}$/,
  ),
  name: nonEmpty(humanName),
  birthDate: fhirDay,
  gender: z.enum(['male', 'female', 'other', 'unknown']).optional(),
  telecom: nonEmpty(contactPoint).optional(),
  address: nonEmpty(address).optional(),
});

/** R4, Practitioner. */
export const practitioner = z.looseObject({
  resourceType: z.literal('Practitioner'),
  identifier: identifiersOf(
    [LICENCE],
    'a licence number (one to sixteen letters, digits and hyphens)',
    /^[A-Za-z0-9-]{1,16}$/,
  ),
  name: nonEmpty(humanName),
});

/** R4, Organization: hospital or pharmacy. */
export const organization = z.looseObject({
  resourceType: z.literal('Organization'),
  identifier: identifiersOf([INSTITUTION], 'the ten digits of the institution', /^[0-9]{10}$/),
  name: fhirString,
});

/** R4, Coverage: the insurance, whose period is the paper's Data. */
export const coverage = z.looseObject({
  resourceType: z.literal('Coverage'),
  status: z.literal('active'),
  beneficiary: reference,
  payor: nonEmpty(reference),
  period: z.looseObject({ start: fhirDayOrInstant, end: fhirDayOrInstant }).superRefine(orderedPeriod),
});

export type Patient = z.infer<typeof patient>;
export type Practitioner = z.infer<typeof practitioner>;
export type Organization = z.infer<typeof organization>;
export type Coverage = z.infer<typeof coverage>;

/** A person as registration needs it, with the whole resource. */
export type PatientParty = {
  readonly resource: Patient;
  /** Number in the civil register. */
  readonly nationalId: string;
  readonly name: string;
  /** `YYYY-MM-DD`. */
  readonly birthDate: string;
};
/** A doctor as registration needs it. */
export type DoctorParty = {
  readonly resource: Practitioner;
  /** ID_D: 1 to 16 letters, digits and hyphens. */
  readonly licence: string;
  readonly name: string;
};
/** A hospital or pharmacy. */
export type InstitutionParty = {
  readonly resource: Organization;
  /** Ten digits of the register of institutions. */
  readonly id: string;
  readonly name: string;
};
/** The insurance period: the paper's Data. */
export type InsuranceParty = {
  readonly resource: Coverage;
  /** First day, `YYYY-MM-DD`. */
  readonly from: string;
  /** Last paid day, `YYYY-MM-DD`. */
  readonly until: string;
  /** Last second of that day in Taiwan, seconds since 1970. */
  readonly paidUntil: number;
};

/** The typed party of a checked resource. */
export function patientParty(resource: Patient): PatientParty {
  const nationalId = valueUnder(NATIONAL_IDENTIFIERS, resource.identifier);
  return { resource, nationalId, name: displayName(resource.name[0]!), birthDate: resource.birthDate };
}

/** The typed party of a checked resource. */
export function doctorParty(resource: Practitioner): DoctorParty {
  return {
    resource,
    licence: valueUnder([LICENCE], resource.identifier),
    name: displayName(resource.name[0]!),
  };
}

/** The typed party of a checked resource. */
export function institutionParty(resource: Organization): InstitutionParty {
  return { resource, id: valueUnder([INSTITUTION], resource.identifier), name: resource.name };
}

/** The typed insurance of a checked resource. */
export function insuranceParty(resource: Coverage): InsuranceParty {
  const until = dayOf(resource.period.end);
  return { resource, from: dayOf(resource.period.start), until, paidUntil: endOfDaySeconds(until) };
}

function displayName(name: z.infer<typeof humanName>): string {
  return name.text ?? [...(name.given ?? []), name.family!].join(' ');
}

/**
 * Texts that name a person: whole names in their usual orders, identifiers, contact values, birth date.
 * A family or given name alone is left out, because medical words contain many of them; so is any text
 * shorter than five letters or digits (two Chinese characters), which doses and codes would match.
 */
export function identifyingTexts(person: Patient | Practitioner): string[] {
  const texts: (string | undefined)[] = person.identifier.map(({ value }) => value);
  for (const { text, family, given } of person.name) {
    const first = given?.join(' ');
    texts.push(text);
    if (family !== undefined && first !== undefined) {
      texts.push(`${family} ${first}`, `${family}, ${first}`, `${first} ${family}`, `${family}${first}`);
    }
  }
  if (person.resourceType === 'Patient') {
    texts.push((person as Patient).birthDate);
    for (const { value } of (person as Patient).telecom ?? []) texts.push(value);
    for (const { text, line } of (person as Patient).address ?? []) texts.push(text, ...(line ?? []));
  }
  return texts.filter(
    (text): text is string =>
      text !== undefined && [...text].length >= (/\p{Script=Han}/u.test(text) ? 2 : 5),
  );
}
