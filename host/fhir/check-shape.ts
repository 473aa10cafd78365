/** Runs a schema over parsed JSON and turns its first issue into a finding. */

import type { z } from 'zod';
import { type FhirFailureKind, type Finding, joinPath, quote } from './fhir-result.js';

/** Any schema of this folder. */
export type Shape = z.ZodType;

/**
 * Checks `value`, which stands at `path`.
 * @returns the typed value, or the first finding in document order of the schema.
 */
export function checkShape<S extends Shape>(
  shape: S,
  value: unknown,
  path: string,
): { readonly value: z.infer<S> } | { readonly finding: Finding } {
  const outcome = shape.safeParse(value);
  if (outcome.success) return { value: outcome.data };
  const issue = outcome.error.issues[0]!;
  return { finding: { ...describe(issue, valueAt(value, issue.path)), path: joinPath(path, issue.path) } };
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function describe(issue: z.core.$ZodIssue, value: unknown): { kind: FhirFailureKind; problem: string } {
  if (value === undefined && issue.code !== 'custom') {
    return { kind: 'missing', problem: `is missing; add ${expectation(issue)}` };
  }
  switch (issue.code) {
    case 'invalid_type':
      return {
        kind: 'wrong-type',
        problem: `is ${typeName(value)}; FHIR R4 wants ${expectation(issue)} here`,
      };
    case 'invalid_value':
      if (issue.path.at(-1) === 'resourceType') {
        return { kind: 'not-fhir', problem: `is ${quote(value)}; write ${expectation(issue)}` };
      }
      return { kind: 'wrong-type', problem: `is ${quote(value)}; write ${expectation(issue)}` };
    case 'too_small':
      if (issue.origin === 'array' || issue.origin === 'string') {
        return { kind: 'wrong-type', problem: 'is empty, which FHIR forbids; fill it or leave it out' };
      }
      return { kind: 'wrong-type', problem: `is ${quote(value)}; write at least ${issue.minimum}` };
    case 'too_big':
      return { kind: 'wrong-type', problem: `is ${quote(value)}; write at most ${issue.maximum}` };
    case 'custom':
      return {
        kind: (issue.params?.kind as FhirFailureKind | undefined) ?? 'wrong-type',
        problem: issue.message,
      };
    case 'invalid_format':
      return { kind: 'wrong-type', problem: issue.message };
    default:
      return { kind: 'wrong-type', problem: 'is not what FHIR R4 wants here; correct it' };
  }
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') {
    return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.join(', ')}`;
  }
  if (issue.code !== 'invalid_type') return 'it';
  switch (issue.expected) {
    case 'array':
      return 'an array';
    case 'object':
      return 'an object';
    case 'int':
      return 'a whole number';
    default:
      return `a ${issue.expected}`;
  }
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? quote(value) : `the ${typeof value} ${quote(value)}`;
}
