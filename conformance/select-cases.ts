/** Filters: which cases to run. */

import type { ConformanceCase } from './case.js';

/**
 * The cases that a filter names. Terms are separated by commas; a term is the identifier of a case,
 * a category, `origin:generated`, an identifier with `*` for any characters, or else a part of an
 * identifier. No filter names all. An empty answer is a usage error of the caller.
 */
export function selectCases(
  cases: readonly ConformanceCase[],
  filter: string | undefined,
): readonly ConformanceCase[] {
  const terms = (filter ?? '')
    .split(',')
    .map((term) => term.trim())
    .filter((term) => term !== '');
  if (terms.length === 0) return cases;
  const matchers = terms.map((term) => matcher(cases, term));
  return cases.filter((one) => matchers.some((matches) => matches(one)));
}

function matcher(cases: readonly ConformanceCase[], term: string): (one: ConformanceCase) => boolean {
  if (term.startsWith('origin:')) return (one) => one.origin === term.slice('origin:'.length);
  if (cases.some((one) => one.id === term)) return (one) => one.id === term;
  if (cases.some((one) => one.category === term)) return (one) => one.category === term;
  if (!term.includes('*')) return (one) => one.id.includes(term);
  const parts = term.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`^${parts.join('.*')}$`);
  return (one) => pattern.test(one.id);
}
