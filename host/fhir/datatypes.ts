/**
 * FHIR R4 data types (page "Datatypes") as far as the visit reads them. Objects are open: elements that
 * are not named here pass through, as FHIR permits; those named must have their type and cardinality.
 */

import { z } from 'zod';
import { PSEUDONYM } from './code-systems.js';
import { type FhirFailureKind, quote } from './fhir-result.js';
import { endsBeforeStart, isDateTime, isDay, isInstant } from './fhir-time.js';

/** Reports a finding of a refinement: kind, place below the refined element, and `problem; remedy`. */
export function report(
  context: z.RefinementCtx,
  kind: FhirFailureKind,
  path: PropertyKey[],
  message: string,
): void {
  context.addIssue({ code: 'custom', path, message, params: { kind } });
}

function dated(test: (text: string) => boolean, message: string) {
  return z.string().refine(test, { error: message, params: { kind: 'date' } });
}

/**
 * A list as FHIR knows it: absent rather than empty (R4, "JSON"). An empty one ends the check at once,
 * so that refinements of what is around it may rely on a first element.
 */
export function nonEmpty<S extends z.ZodType>(element: S) {
  return z.array(element).min(1, { abort: true });
}

export const fhirString = z.string().min(1);
export const fhirCode = z
  .string()
  .regex(/^[^\s]+( [^\s]+)*$/, 'is no FHIR code; give a code without blanks around it');
export const fhirUri = z.string().regex(/^\S+$/, 'is no URI; give the full URI of the system');
export const fhirDateTime = dated(
  isDateTime,
  'is no FHIR dateTime of the calendar from 1900 to 2099; write YYYY-MM-DD or YYYY-MM-DDThh:mm:ss+zz:zz',
);
export const fhirDay = dated(isDay, 'is no day of the calendar from 1900 to 2099; write YYYY-MM-DD');
export const fhirInstant = dated(
  isInstant,
  'is no moment of the calendar from 1900 to 2099; write YYYY-MM-DDThh:mm:ss+zz:zz',
);
/** A dateTime that says at least the day. */
export const fhirDayOrInstant = dated(
  (text) => text.length >= 10 && isDateTime(text),
  'is no day of the calendar from 1900 to 2099; write YYYY-MM-DD',
);

export const coding = z.looseObject({
  system: fhirUri.optional(),
  code: fhirCode.optional(),
  display: fhirString.optional(),
});

export const codeableConcept = z.looseObject({
  coding: nonEmpty(coding).optional(),
  text: fhirString.optional(),
});

/**
 * A concept that must carry a code of one system; further codings (translations) may stand beside it.
 * `what` names the code in sentences, `pattern` is the form of a code, `example` one of that form.
 */
export function conceptOf(system: string, what: string, pattern: RegExp, example: string) {
  return z
    .looseObject({ coding: nonEmpty(coding), text: fhirString.optional() })
    .superRefine((concept, context) => {
      const at = concept.coding.findIndex((candidate) => candidate.system === system);
      if (at < 0) {
        const given = concept.coding[0]!.system;
        const problem = given === undefined ? 'is missing' : `is ${quote(given)}, which is not read here`;
        report(
          context,
          'code-system',
          ['coding', 0, 'system'],
          `${problem}; give the ${what} under ${system}`,
        );
      } else if (!pattern.test(concept.coding[at]!.code ?? '')) {
        report(
          context,
          'wrong-type',
          ['coding', at, 'code'],
          `is no ${what}; give one of the form ${example}`,
        );
      }
    });
}

/** A concept whose coding must come from one required value set (all of its codings, as the binding is required). */
export function boundConcept(system: string, codes: readonly string[]) {
  return z.looseObject({ coding: nonEmpty(coding) }).superRefine((concept, context) => {
    for (const [at, { system: given, code }] of concept.coding.entries()) {
      if (given !== system) {
        const problem = given === undefined ? 'is missing' : 'is not the system of this element';
        report(context, 'code-system', ['coding', at, 'system'], `${problem}; write ${system}`);
      } else if (!codes.includes(code ?? '')) {
        report(
          context,
          'wrong-type',
          ['coding', at, 'code'],
          `is no permitted code; use one of ${codes.join(', ')}`,
        );
      }
    }
  });
}

/** First code of `system` in a concept that was checked by {@link conceptOf}. */
export function codeIn(concept: { coding: readonly z.infer<typeof coding>[] }, system: string): string {
  return concept.coding.find((candidate) => candidate.system === system)!.code!;
}

export const identifier = z.looseObject({ system: fhirUri.optional(), value: fhirString.optional() });

export const period = z
  .looseObject({ start: fhirDateTime.optional(), end: fhirDateTime.optional() })
  .superRefine(orderedPeriod);

/** Refinement of any period: FHIR R4 per-1, the end is not before the start. */
export function orderedPeriod(
  value: { start?: string | undefined; end?: string | undefined },
  context: z.RefinementCtx,
): void {
  if (value.start !== undefined && value.end !== undefined && endsBeforeStart(value.start, value.end)) {
    report(
      context,
      'date',
      ['end'],
      `(${value.end}) is before the start (${value.start}); correct one of them`,
    );
  }
}

export const quantity = z.looseObject({
  value: z.number().optional(),
  unit: fhirString.optional(),
  system: fhirUri.optional(),
  code: fhirCode.optional(),
});

export const annotation = z.looseObject({ text: fhirString });

export const reference = z
  .looseObject({
    reference: fhirString.optional(),
    type: fhirUri.optional(),
    identifier: identifier.optional(),
    display: fhirString.optional(),
  })
  .superRefine((value, context) => {
    const { reference: target, identifier: logical, display, extension } = value;
    if ([target, logical, display, extension].every((part) => part === undefined)) {
      report(context, 'missing', [], 'refers to nothing; give a reference or an identifier');
    }
  });

/**
 * Reference to the patient by the pseudonym's system alone or with its value; a literal reference or a
 * display text would lead to the person.
 */
export const pseudonymReference = z
  .looseObject({
    identifier: z.looseObject({ system: fhirUri.optional(), value: fhirString.optional() }).optional(),
    reference: z.unknown().optional(),
    display: z.unknown().optional(),
  })
  .superRefine((value, context) => {
    for (const key of ['reference', 'display'] as const) {
      if (value[key] !== undefined) {
        report(
          context,
          'identity',
          [key],
          `points to the person; refer to the patient by identifier.system ${PSEUDONYM} only`,
        );
        return;
      }
    }
    if (value.identifier?.system !== PSEUDONYM) {
      const kind = value.identifier === undefined ? 'missing' : 'identity';
      report(context, kind, ['identifier', 'system'], `is not the pseudonym's; write ${PSEUDONYM}`);
    }
  });

export const humanName = z
  .looseObject({
    text: fhirString.optional(),
    family: fhirString.optional(),
    given: nonEmpty(fhirString).optional(),
  })
  .superRefine((name, context) => {
    if (name.text === undefined && name.family === undefined) {
      report(context, 'missing', [], 'holds no name; give text or family');
    }
  });

export const contactPoint = z.looseObject({ value: fhirString.optional() });
export const address = z.looseObject({
  text: fhirString.optional(),
  line: nonEmpty(fhirString).optional(),
});
