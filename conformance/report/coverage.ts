/** What the suite covers, as a document: commands by application, clauses, categories. */

import { APPLICATIONS } from '../../apdu/index.js';
import { CATEGORIES, type ConformanceCase } from '../case.js';
import { clausesOf } from './clauses.js';

/** The cases of one command: those generated from it, and the hand-written ones that name it. */
function casesOf(cases: readonly ConformanceCase[], application: string, name: string) {
  const own = cases.filter((one) => (one.applications as readonly string[]).includes(application));
  // a name without its operation is what titles use: JOIN GROUP, not JOIN GROUP: REQUEST
  const short = name.split(':')[0]!;
  return {
    generated: own.filter((one) => one.origin === 'generated' && one.title.startsWith(`${name}: `)).length,
    written: own.filter((one) => one.origin === 'hand-written' && one.title.includes(short)).length,
  };
}

/** Markdown with a table of categories, one of commands and one of clauses. */
export function coverageToMarkdown(cases: readonly ConformanceCase[]): string {
  const written = cases.filter((one) => one.origin === 'hand-written');
  const generated = cases.filter((one) => one.origin === 'generated');
  return [
    '# What the conformance suite covers',
    '',
    'Written by `coverageToMarkdown` from the cases themselves; a test fails when it is stale',
    '(`npx vitest run test/conformance -u` writes it anew).',
    '',
    `${cases.length} cases: ${written.length} hand-written, ${generated.length} generated from the declarations.`,
    '',
    '## Categories',
    '',
    '| category | patient card | professional card | destructive |',
    '|---|---|---|---|',
    ...CATEGORIES.map((category) => categoryRow(cases, category)),
    '',
    '## Commands',
    '',
    'Generated cases for each command of each application. Hand-written cases exercise most commands',
    'many times over; counted here are those that name the command in their title.',
    '',
    '| application | command | clause | generated | named in hand-written |',
    '|---|---|---|---|---|',
    ...APPLICATIONS.flatMap((application) =>
      Object.values(application.commands).map((command) => {
        const { generated: made, written: named } = casesOf(cases, application.id, command.name);
        return `| ${application.id} | ${command.name} | ${command.clause} | ${made} | ${named} |`;
      }),
    ),
    '',
    '## Clauses',
    '',
    '| clause | hand-written cases |',
    '|---|---|',
    ...[...clausesOf(written)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([clause, ids]) => `| ${clause} | ${shown([...ids])} |`),
    '',
    '## Not covered yet, and why',
    '',
    '- Parity errors and their repetition (ISO/IEC 7816-3, 7.3): a line of bytes has no parity that a case could',
    '  spoil.',
    '- Guard times (ISO/IEC 7816-3, 10.2, 11.2): a serial line of a computer does not tell when a character came.',
    '- Tearing: a case can not take the power away within a command.',
    '- Declared status words: [conformance-status.md](conformance-status.md) names those that no case reaches.',
    '',
  ].join('\n');
}

function categoryRow(cases: readonly ConformanceCase[], category: string): string {
  const own = cases.filter((one) => one.category === category);
  const patient = own.filter((one) => one.applications.includes('patient')).length;
  const professional = own.filter((one) => one.applications.includes('professional')).length;
  return `| ${category} | ${patient} | ${professional} | ${own.filter((one) => one.destructive).length} |`;
}

const SHOWN = 6;

function shown(ids: readonly string[]): string {
  const rest = ids.length - SHOWN;
  return ids.slice(0, SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
