/** A conformance case: what it checks, where that is written, what it needs, and how. */

import type { LineProtocol } from './line/line-card.js';
import type { TestCard } from './test-card.js';

/** Identifier of an application under test: one of this project's, or of a vendor's specification. */
export type ApplicationName = string;

/** Groups of cases, in the order in which they run. */
export const CATEGORIES = [
  'answer-to-reset',
  'protocol-selection',
  't0',
  't1',
  'apdu',
  'class',
  'selection',
  'channel',
  'response',
  'chaining',
  'file',
  'record',
  'pin',
  'environment',
  'secure-channel',
  'life-cycle',
  'role-certificate',
  'authentication',
  'secure-messaging',
  'visit',
  'prescription',
  'collection',
  'delegation',
  'agent-collection',
  'power-cut',
  'envelope',
  'membership',
  'professional',
  'interoperability',
  'declaration',
  'boundary',
] as const;
export type Category = (typeof CATEGORIES)[number];

/** What a card must offer for a case to make sense. */
export const FEATURES = [
  'line',
  'selection',
  'files',
  'records',
  'pin',
  'chaining',
  'get-response',
  'extended-length',
  'personalisation',
  'signature',
  'hpke',
  'role-certificate',
  'card-authentication',
  'secure-messaging',
  'prescriptions',
  'delegation',
  'group-signature',
  'power-cut',
  'log-in',
  'read-out',
] as const;
export type Feature = (typeof FEATURES)[number];

/**
 * The card that a case starts with, application selected: `blank` before personalisation,
 * `operational` after it, `any` whichever there is.
 */
export type Fixture = 'any' | 'blank' | 'operational';

export type ConformanceCase = {
  /** Category and name, unique: `pin.blocked-after-three`. */
  readonly id: string;
  readonly title: string;
  /** Where the standard or the specification says so. */
  readonly clause: string;
  readonly category: Category;
  readonly applications: readonly ApplicationName[];
  readonly fixture: Fixture;
  readonly features: readonly Feature[];
  /** Leaves the card changed for good: only run where cards can be made anew or the user allows it. */
  readonly destructive: boolean;
  /** Needs the card's contacts and begins with this protocol instead of APDUs. */
  readonly line?: LineProtocol;
  /** What a destructive case destroys. */
  readonly reason?: string;
  readonly origin: 'hand-written' | 'generated';
  /** Resolves when the card does what it must. Whatever it throws is a failure of the card. */
  readonly run: (card: TestCard) => Promise<void>;
};

/** What the cases of a file share. */
export type CaseDefaults = Pick<
  ConformanceCase,
  'category' | 'applications' | 'fixture' | 'features' | 'line'
> & {
  readonly clause?: string;
  /** What all of them destroy, if they do. */
  readonly destroys?: string;
};

/** One case as a file writes it down: `destroys` says what is lost, `name` is the rest of the identifier. */
export type CaseEntry = Partial<Omit<CaseDefaults, 'category'>> & {
  readonly name: string;
  readonly title: string;
  readonly run: (card: TestCard) => Promise<void>;
};

/** Completes hand-written cases with what they share. */
export function caseFamily(
  defaults: CaseDefaults,
  entries: readonly CaseEntry[],
): readonly ConformanceCase[] {
  return entries.map((entry) => {
    const { name, destroys, ...rest } = { ...defaults, ...entry };
    return {
      ...rest,
      id: `${defaults.category}.${name}`,
      clause: rest.clause ?? '',
      destructive: destroys !== undefined,
      ...(destroys === undefined ? {} : { reason: destroys }),
      origin: 'hand-written' as const,
    };
  });
}

export const PATIENT: readonly ApplicationName[] = ['patient'];
export const PROFESSIONAL: readonly ApplicationName[] = ['professional'];
export const BOTH: readonly ApplicationName[] = ['patient', 'professional'];

/** What is wrong with the metadata of cases, one sentence each; empty when nothing is. */
export function lintCases(cases: readonly ConformanceCase[]): readonly string[] {
  const seen = new Set<string>();
  return cases.flatMap((one) => {
    const { id, clause, category, features, destructive, reason, applications } = one;
    const faults = [
      seen.has(id) && 'is there twice',
      !/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(id) && 'has no identifier of the form category.name',
      !(CATEGORIES as readonly string[]).includes(category) && `has the unknown category ${category}`,
      !id.startsWith(`${category}.`) && 'does not begin with its category',
      !/\d|project/.test(clause) && 'names no clause',
      one.title.length < 10 && 'has no title',
      applications.length === 0 && 'is for no application',
      features.some((feature) => !(FEATURES as readonly string[]).includes(feature)) &&
        'needs an unknown feature',
      (one.line !== undefined) !== features.includes('line') && 'needs the line, or not: it says both',
      destructive && (reason ?? '') === '' && 'does not say what it destroys',
    ];
    seen.add(id);
    return faults.flatMap((fault) => (fault ? [`${id} ${fault}`] : []));
  });
}
