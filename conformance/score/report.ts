/** The score for people: on a terminal, and as a document of the project. */

import type { DefectVerdict } from './defect.js';
import { EQUIVALENT_CHANGES } from './equivalent-changes.js';
import { KNOWN_MISSES } from './known-misses.js';
import { counts, type GroupTally, PASSING_SCORE, scoreOf, type Tally, tallyGroups } from './tally.js';

export type ScoreRun = {
  /** Of the mechanical defects. */
  readonly seed: number;
  readonly verdicts: readonly DefectVerdict[];
};

const percent = (tally: Tally): string => `${(100 * scoreOf(tally)).toFixed(1)} %`;

/** The tables, and what was missed. */
export function scoreToLines({ seed, verdicts }: ScoreRun): readonly string[] {
  const groups = tallyGroups(verdicts);
  const row = (indent: string, tally: Tally): string =>
    [
      `${indent}${tally.name}`.padEnd(44),
      String(tally.defects).padStart(7),
      String(tally.caught).padStart(7),
      String(tally.missed).padStart(7),
      String(tally.generatedOnly).padStart(10),
      percent(tally).padStart(9),
    ].join('');
  const missed = verdicts.filter((one) => !counts(one));
  return [
    `mechanical defects: seed ${seed}`,
    `${''.padEnd(44)}defects caught missed  generated    score`,
    ...groups.flatMap((group) => [row('', group), ...group.categories.map((one) => row('  ', one))]),
    '"generated": caught by generated cases only; where the defect changed their own table, that is a miss',
    ...(missed.length === 0 ? ['nothing was missed'] : ['', 'missed:', ...missed.flatMap(missToLines)]),
  ];
}

function missToLines(miss: DefectVerdict): readonly string[] {
  const why = miss.verdict === 'missed' ? (KNOWN_MISSES[miss.id] ?? 'no reason is known') : miss.verdict;
  return [`  ${miss.id}  ${miss.where}`, `    ${miss.title}`, `    ${why}`];
}

/** One defect as soon as it is judged. */
export function verdictToLine(verdict: DefectVerdict): string {
  const { id, where } = verdict;
  return verdict.verdict === 'missed'
    ? `MISSED ${id} (${where})`
    : `${verdict.verdict === 'caught' ? 'caught' : 'GENERATED'} ${id} by ${verdict.by}: ${verdict.reason}`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** docs/conformance-score.md. */
export function scoreToMarkdown({ seed, verdicts }: ScoreRun): string {
  const groups = tallyGroups(verdicts);
  const table = (name: string, group: GroupTally): string[] => [
    `| ${name} | defects | caught | missed | generated only | score |`,
    '|---|--:|--:|--:|--:|--:|',
    ...[...group.categories, { ...group, name: 'all' }].map(
      (one) =>
        `| ${one.name} | ${one.defects} | ${one.caught} | ${one.missed} | ${one.generatedOnly} | ${percent(one)} |`,
    ),
    '',
  ];
  const missed = verdicts.filter((one) => !counts(one));
  return [
    '# Score of the conformance suite',
    '',
    'How many cards that are wrong in exactly one way the suite catches. Written by `imis conformance score --renew`;',
    'do not edit.',
    '',
    `Asked for: ${100 * PASSING_SCORE} % in each group. A defect that changed the table of the generated cases and that no`,
    'other case catches counts as missed.',
    '',
    ...groups.flatMap((group) => [
      `## ${group.group === 'mechanical' ? `Mechanical defects, seed ${seed}` : 'Defects written by hand'}`,
      '',
      ...table(group.group === 'mechanical' ? 'operator' : 'category', group),
    ]),
    '## Missed',
    '',
    ...(missed.length === 0
      ? ['Nothing.']
      : missed.map((one) => `- \`${one.id}\` (${one.where}): ${missToLines(one).slice(1).join(' ').trim()}`)),
    '',
    '## Left out of the draw as equivalent',
    '',
    ...(Object.keys(EQUIVALENT_CHANGES).length === 0
      ? ['Nothing.']
      : Object.entries(EQUIVALENT_CHANGES).map(([id, argument]) => `- \`${id}\`: ${argument}`)),
    '',
    '## Every defect and the case that caught it',
    '',
    '| defect | where | what is wrong | caught by |',
    '|---|---|---|---|',
    ...verdicts.map((one) => {
      const by = one.verdict === 'missed' ? '—' : one.by;
      const what = one.group === 'mechanical' ? `${one.category}: \`${one.title}\`` : one.title;
      return `| ${one.id} | ${one.where} | ${cell(what)} | ${by} |`;
    }),
    '',
  ].join('\n');
}
