/** What changed between two specifications, and what that means for hosts written for the older one. */

import { jsonPointer } from '../document/json-reader.js';

/**
 * `breaking`: a host that does what the older specification says may fail. `compatible`: it goes on,
 * and a new host can do more. `documentation`: only words changed.
 */
export const IMPACTS = ['breaking', 'compatible', 'documentation'] as const;
export type Impact = (typeof IMPACTS)[number];

export type Change = {
  readonly impact: Impact;
  /** Place in the documents, with identifiers for the entries of lists: `/applications/patient/commands/verify/p2`. */
  readonly path: string;
  /** One sentence: what changed and what it means for a host. */
  readonly message: string;
};

/** Collects changes below one place. */
export class Changes {
  readonly found: Change[];

  constructor(
    readonly path = '',
    found: Change[] = [],
  ) {
    this.found = found;
  }

  at(...steps: readonly string[]): Changes {
    return new Changes(this.path + jsonPointer(...steps), this.found);
  }

  breaking(message: string): void {
    this.add('breaking', message);
  }

  compatible(message: string): void {
    this.add('compatible', message);
  }

  words(message: string): void {
    this.add('documentation', message);
  }

  add(impact: Impact, message: string): void {
    this.found.push({ impact, path: this.path || '/', message });
  }

  /** A text for people that differs. */
  text(what: string, before: string, after: string): void {
    if (before !== after) this.words(`The ${what} reads otherwise.`);
  }

  /** Values that a host relies on as they are. */
  fixed(what: string, before: string | number, after: string | number): void {
    if (before !== after) this.breaking(`The ${what} was ${before} and is ${after}.`);
  }
}

/** Compares entries known by name on both sides; what is on one side only is given to the other two. */
export function compareNamed<T>(
  changes: Changes,
  before: { readonly [id: string]: T },
  after: { readonly [id: string]: T },
  visit: {
    readonly both: (at: Changes, before: T, after: T) => void;
    readonly gone: (at: Changes, before: T) => void;
    readonly come: (at: Changes, after: T) => void;
  },
): void {
  for (const [id, one] of Object.entries(before)) {
    const other = after[id];
    if (other === undefined) visit.gone(changes.at(id), one);
    else visit.both(changes.at(id), one, other);
  }
  for (const [id, one] of Object.entries(after)) if (!(id in before)) visit.come(changes.at(id), one);
}
