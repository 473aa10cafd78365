/** The linter: all rules over a whole document. */

import type { SpecificationDocument } from '../document/specification-document.js';
import { lintAccess, lintReferences } from './access.js';
import { type ApplicationView, viewOf } from './application-view.js';
import { lintEnumeratedReferences } from './enumerated-references.js';
import { lintExamples } from './examples.js';
import type { Finding } from './finding.js';
import { lintHeaders } from './headers.js';
import { lintLengths } from './lengths.js';
import { lintStates } from './states.js';
import { lintNeverProduced, lintUndeclared } from './statuses.js';
import { lintTags } from './tags.js';

const RULES: readonly ((view: ApplicationView) => readonly Finding[])[] = [
  lintHeaders,
  lintStates,
  lintTags,
  lintNeverProduced,
  lintUndeclared,
  lintLengths,
  lintAccess,
  lintReferences,
  lintEnumeratedReferences,
  lintExamples,
];

/** What is wrong with a specification, by application and rule; empty when nothing is. */
export function lintSpecification(document: SpecificationDocument): readonly Finding[] {
  const all = document.applications.flatMap((_, i) => {
    const view = viewOf(document, i);
    return RULES.flatMap((rule) => rule(view));
  });
  // what concerns the whole document is found once for each application
  const seen = new Set<string>();
  return all.filter(({ rule, path, message }) => {
    const key = `${rule} ${path} ${message}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** Findings as lines of text, the sentence and the remedy below the place. */
export function findingsToLines(findings: readonly Finding[]): readonly string[] {
  return findings.flatMap(({ severity, rule, path, message, remedy }) => [
    `${severity} ${rule} at ${path}`,
    `  ${message}`,
    `  ${remedy}`,
  ]);
}
