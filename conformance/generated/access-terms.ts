/** Access rules as alternatives of things that must all hold, and what is one thing short of them. */

import type { AccessLeaf, AccessRule, LifeCycle } from '../../apdu/index.js';
import type { Bench, Proof } from './bench.js';

/** Things that together meet a rule. */
export type Term = readonly AccessLeaf[];

/** The alternatives of a rule, shortest first; none for `never`, one without anything for `always`. */
export function termsOf(rule: AccessRule): readonly Term[] {
  return alternatives(rule).toSorted((a, b) => a.length - b.length);
}

function alternatives(rule: AccessRule): readonly Term[] {
  if (rule === 'always') return [[]];
  if (rule === 'never') return [];
  if ('any' in rule) return rule.any.flatMap(alternatives);
  if ('all' in rule) {
    return rule.all
      .map(alternatives)
      .reduce<readonly Term[]>(
        (terms, more) => terms.flatMap((term) => more.map((other) => [...term, ...other])),
        [[]],
      );
  }
  return [[rule]];
}

/** Whether a rule is met by what is proven in a state. */
export function isMet(rule: AccessRule, proofs: readonly Proof[], state: LifeCycle): boolean {
  if (typeof rule === 'string') return rule === 'always';
  if ('all' in rule) return rule.all.every((part) => isMet(part, proofs, state));
  if ('any' in rule) return rule.any.some((part) => isMet(part, proofs, state));
  if ('state' in rule) return rule.state === state;
  return proofs.some((proof) => JSON.stringify(proof) === JSON.stringify(rule));
}

/** What is proven where a rule is not met, and what is missing, for an identifier and a sentence. */
export type Shortfall = { readonly missing: string; readonly proofs: readonly Proof[] };

/** For each leaf of each alternative: all others proven and this one not, or another role in its place. */
export function shortfalls(rule: AccessRule, state: LifeCycle, bench: Bench): readonly Shortfall[] {
  const found = new Map<string, Shortfall>();
  for (const term of termsOf(rule)) {
    const proofs = term.filter((leaf): leaf is Proof => !('state' in leaf));
    for (const leaf of proofs) {
      const others = proofs.filter((other) => other !== leaf);
      const name = nameOf(leaf);
      const candidates: Shortfall[] = [{ missing: name, proofs: others }];
      if ('role' in leaf) {
        const wrong = (bench.application.roles ?? []).find(
          (role) => !isMet(rule, [...others, { role }], state),
        );
        if (wrong) candidates.push({ missing: `${name}-but-${wrong}`, proofs: [...others, { role: wrong }] });
      }
      for (const candidate of candidates) {
        const key = candidate.proofs.map(nameOf).sort().join();
        const possible = candidate.proofs.every((proof) => bench.proves(proof, state));
        if (possible && !isMet(rule, candidate.proofs, state) && !found.has(key)) found.set(key, candidate);
      }
    }
  }
  return [...found.values()];
}

/** "holder", "doctor". */
export function nameOf(leaf: Proof): string {
  return 'pin' in leaf ? leaf.pin : leaf.role;
}
