/** Bundles of the visit (R4, Bundle): which resources they hold, how often, and how they refer to one another. */

import { z } from 'zod';
import { findIdentity, type KnownTexts } from './anonymity.js';
import { checkShape, type Shape } from './check-shape.js';
import { PSEUDONYM } from './code-systems.js';
import { fhirString, identifier, nonEmpty } from './datatypes.js';
import type { Finding } from './fhir-result.js';
import { joinPath, quote } from './fhir-result.js';
import {
  type AllergyIntolerance,
  allergyIntolerance,
  type Condition,
  condition,
  type Encounter,
  encounter,
  type MedicationRequest,
  medicationRequest,
  type Observation,
  observation,
  recordedRequest,
} from './visit-resources.js';

/** Most entries of one bundle. */
export const BUNDLE_ENTRIES = 64;

/** One resource of a visit. */
export type VisitResource = Encounter | Condition | Observation | AllergyIntolerance | MedicationRequest;
/** An entry with its resource, as it stood in the document. */
export type VisitEntry<R extends VisitResource = VisitResource> = {
  readonly fullUrl?: string | undefined;
  readonly resource: R;
  /** Where the resource stands, as `visit.entry[2].resource`. */
  readonly path: string;
};
/** The resources of a bundle by type, in document order. */
export type VisitEntries = {
  readonly Encounter: readonly VisitEntry<Encounter>[];
  readonly Condition: readonly VisitEntry<Condition>[];
  readonly Observation: readonly VisitEntry<Observation>[];
  readonly AllergyIntolerance: readonly VisitEntry<AllergyIntolerance>[];
  readonly MedicationRequest: readonly VisitEntry<MedicationRequest>[];
};
type ResourceType = keyof VisitEntries;

const RESOURCES = {
  Encounter: encounter,
  Condition: condition,
  Observation: observation,
  AllergyIntolerance: allergyIntolerance,
  MedicationRequest: medicationRequest,
} as const satisfies Readonly<Record<ResourceType, Shape>>;

const BUNDLE = z.looseObject({
  resourceType: z.literal('Bundle'),
  type: z.enum(['collection', 'document']),
  identifier: identifier.optional(),
  timestamp: fhirString.optional(),
  entry: nonEmpty(
    z.looseObject({
      fullUrl: fhirString.optional(),
      resource: z.looseObject({ resourceType: fhirString }),
    }),
  ),
});

/** What a bundle must be. */
export type BundleRules = {
  /** How often a type may stand in it: at least, at most; a type not named is refused. */
  readonly counts: { readonly [T in ResourceType]?: readonly [min: number, max: number] };
  /** `absent`: an input, whose pseudonym the hospital fills in; `present`: a document that has one. */
  readonly pseudonym: 'absent' | 'present';
  /** `dispensable`: orders say what a pharmacy needs; `recorded`: that part may be left out. */
  readonly orders: 'dispensable' | 'recorded';
  /** Texts that must not stand in it. */
  readonly known: KnownTexts;
};

/**
 * Reads a bundle below `path`.
 * @returns its entries by type, or the first finding, identities before everything else: a document that
 * names a person is to be refused for that reason even where other errors hide it.
 */
export function readBundle(
  value: unknown,
  path: string,
  rules: BundleRules,
): { readonly entries: VisitEntries } | { readonly finding: Finding } {
  const envelope = checkShape(BUNDLE, value, path);
  if ('finding' in envelope) return envelope;
  const identity = findIdentity(value, path, rules.known);
  if (identity) return { finding: identity };
  const bundle = envelope.value;
  if (bundle.entry.length > BUNDLE_ENTRIES) {
    const problem = `has ${bundle.entry.length} entries; split it into bundles of at most ${BUNDLE_ENTRIES}`;
    return { finding: { kind: 'too-large', path: joinPath(path, ['entry']), problem } };
  }
  const entries: { [T in ResourceType]: VisitEntry<never>[] } = {
    Encounter: [],
    Condition: [],
    Observation: [],
    AllergyIntolerance: [],
    MedicationRequest: [],
  };
  for (const [at, { fullUrl, resource }] of bundle.entry.entries()) {
    const resourcePath = joinPath(path, ['entry', at, 'resource']);
    const type = resource.resourceType;
    // A document opens with its Composition (R4 bdl-11); it only lists the entries and is not carried on.
    if (bundle.type === 'document' && at === 0 && type === 'Composition') continue;
    if (!isResourceType(type) || rules.counts[type] === undefined) {
      const allowed = Object.keys(rules.counts).join(', ');
      const problem = `is ${quote(type)}, which has no place here; keep to ${allowed}`;
      return { finding: { kind: 'not-fhir', path: joinPath(resourcePath, ['resourceType']), problem } };
    }
    const shape: Shape =
      type === 'MedicationRequest' && rules.orders === 'recorded' ? recordedRequest : RESOURCES[type];
    const read = checkShape(shape, resource, resourcePath);
    if ('finding' in read) return read;
    (entries[type] as VisitEntry[]).push({
      fullUrl,
      resource: read.value as VisitResource,
      path: resourcePath,
    });
  }
  const finding =
    documentFinding(bundle, path) ??
    countFinding(entries, path, rules) ??
    fullUrlFinding(bundle.entry, path) ??
    pseudonymFinding(entries, rules) ??
    encounterFinding(entries);
  return finding ? { finding } : { entries };
}

/** The reference to the patient, wherever the type keeps it. */
export function subjectOf(resource: VisitResource): Encounter['subject'] {
  return resource.resourceType === 'AllergyIntolerance'
    ? (resource as AllergyIntolerance).patient
    : (resource as Encounter).subject;
}

/** All entries, types in the order of {@link VisitEntries}. */
export function allEntries(entries: VisitEntries): readonly VisitEntry[] {
  return Object.values(entries).flat();
}

function isResourceType(type: string): type is ResourceType {
  return Object.hasOwn(RESOURCES, type);
}

/** R4 bdl-9 to bdl-11: a document has an identifier, a time and a Composition in front. */
function documentFinding(bundle: z.infer<typeof BUNDLE>, path: string): Finding | undefined {
  if (bundle.type !== 'document') return undefined;
  const absent = (steps: PropertyKey[], problem: string): Finding => ({
    kind: 'missing',
    path: joinPath(path, steps),
    problem,
  });
  if (bundle.identifier?.system === undefined || bundle.identifier.value === undefined) {
    return absent(
      ['identifier'],
      'is incomplete; a document has an identifier with system and value, or use type collection',
    );
  }
  if (bundle.timestamp === undefined)
    return absent(['timestamp'], 'is missing; a document has one, or use type collection');
  if (bundle.entry[0]!.resource.resourceType !== 'Composition') {
    return absent(['entry', 0], 'is no Composition; a document starts with one, or use type collection');
  }
  return undefined;
}

function countFinding(entries: VisitEntries, path: string, { counts }: BundleRules): Finding | undefined {
  for (const [type, [min, max]] of Object.entries(counts)) {
    const found = entries[type as ResourceType];
    if (found.length < min) {
      return { kind: 'missing', path: joinPath(path, ['entry']), problem: `holds no ${type}; add one` };
    }
    if (found.length > max) {
      const problem = `is ${type} number ${max + 1}; a visit has at most ${max}`;
      return { kind: 'too-large', path: found[max]!.path, problem };
    }
  }
  return undefined;
}

/** R4 bdl-7. */
function fullUrlFinding(
  list: readonly { fullUrl?: string | undefined }[],
  path: string,
): Finding | undefined {
  const seen = new Set<string>();
  for (const [at, { fullUrl }] of list.entries()) {
    if (fullUrl === undefined) continue;
    if (seen.has(fullUrl)) {
      const problem = 'stands in another entry too; give every entry its own';
      return { kind: 'inconsistent', path: joinPath(path, ['entry', at, 'fullUrl']), problem };
    }
    seen.add(fullUrl);
  }
  return undefined;
}

function pseudonymFinding(entries: VisitEntries, { pseudonym }: BundleRules): Finding | undefined {
  let first: string | undefined;
  for (const { resource, path } of allEntries(entries)) {
    const value = subjectOf(resource).identifier?.value;
    const field = resource.resourceType === 'AllergyIntolerance' ? 'patient' : 'subject';
    const at = joinPath(path, [field, 'identifier', 'value']);
    if (pseudonym === 'absent') {
      if (value === undefined) continue;
      const problem = 'is given; leave it out, the hospital fills it in from the card';
      return { kind: 'identity', path: at, problem };
    }
    if (value === undefined || !/^[0-9a-f]{32}$/.test(value)) {
      const problem = `is no pseudonym; write the 32 hexadecimal digits of the PID under ${PSEUDONYM}`;
      return { kind: value === undefined ? 'missing' : 'wrong-type', path: at, problem };
    }
    first ??= value;
    if (value !== first) {
      return {
        kind: 'inconsistent',
        path: at,
        problem: 'is another patient; one document is about one patient',
      };
    }
  }
  return undefined;
}

/** Every reference to an encounter, and the encounter's to its conditions, must lead to an entry. */
function encounterFinding(entries: VisitEntries): Finding | undefined {
  for (const { resource, path } of allEntries(entries)) {
    const target = (resource as { encounter?: { reference?: string | undefined } | undefined }).encounter
      ?.reference;
    if (target !== undefined && !entries.Encounter.some((entry) => leadsTo(target, entry))) {
      return lost(joinPath(path, ['encounter', 'reference']), target, 'the Encounter of this bundle');
    }
  }
  for (const { resource, path } of entries.Encounter) {
    for (const [
      at,
      {
        condition: { reference: target },
      },
    ] of (resource.diagnosis ?? []).entries()) {
      if (target !== undefined && !entries.Condition.some((entry) => leadsTo(target, entry))) {
        return lost(
          joinPath(path, ['diagnosis', at, 'condition', 'reference']),
          target,
          'a Condition of this bundle',
        );
      }
    }
  }
  return undefined;
}

function lost(path: string, target: string, what: string): Finding {
  return {
    kind: 'inconsistent',
    path,
    problem: `(${quote(target)}) leads nowhere; refer to ${what} by its fullUrl`,
  };
}

function leadsTo(target: string, { fullUrl, resource }: VisitEntry): boolean {
  return (
    target === fullUrl || (resource.id !== undefined && target === `${resource.resourceType}/${resource.id}`)
  );
}
