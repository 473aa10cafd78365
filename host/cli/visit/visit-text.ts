/** A visit for people: phases with their outcomes, the decoded trace, a table of what each command used. */

import { exchangeToLines } from '../../../apdu/index.js';
import { formatTable, type TableColumn } from '../../../perf/index.js';
import type { RecordedPhase } from './recorder.js';
import type { VisitCommand, VisitDocument } from './visit-document.js';

/** "eq. 6, 7, 8", or what stands there when the paper has no equation. */
function equationsText(equations: readonly number[]): string {
  return equations.length === 0 ? 'no equation' : `eq. ${equations.join(', ')}`;
}

/** One phase with its trace. */
export function phaseText(phase: RecordedPhase, withTrace: boolean): string {
  const outcome = phase.outcome === 'ok' ? 'ok' : `REFUSED: ${phase.reason}`;
  const head = `■ ${phase.name} (${equationsText(phase.equations)}): ${outcome}`;
  if (!withTrace) return head;
  const trace = phase.commands.flatMap(({ card, exchange }) =>
    exchangeToLines(exchange).map((line, i) => (i === 0 ? `  ${card}: ${line}` : `  ${line}`)),
  );
  return [head, ...trace, ''].join('\n');
}

const COLUMNS: readonly TableColumn[] = [
  { title: 'card', align: 'left' },
  { title: 'command', align: 'left' },
  { title: 'SW', align: 'left' },
  { title: 'in B', align: 'right' },
  { title: 'out B', align: 'right' },
  { title: 'RAM B', align: 'right' },
  { title: 'NVM B', align: 'right' },
  { title: 'ms', align: 'right' },
  { title: 'coprocessor operations', align: 'left' },
];
const HEADING_LINES = 2;

/** What each command used, and what it would take on the profile's card; one block for each phase. */
export function figuresText(document: VisitDocument): string {
  const rows = document.phases.flatMap((phase) => phase.commands.map(figuresRow));
  const lines = formatTable(COLUMNS, rows).split('\n');
  const blocks = lines.slice(0, HEADING_LINES);
  let next = HEADING_LINES;
  for (const { name, commands } of document.phases) {
    if (commands.length === 0) continue;
    blocks.push(`■ ${name}`, ...lines.slice(next, next + commands.length));
    next += commands.length;
  }
  return [
    'Every command: bytes on the wire, highest RAM use, NVM bytes written, predicted ms, coprocessor operations.',
    `The ms are those of ${document.profile}: ${document.predictionCovers}; no total, for interpreted bytecode is missing.`,
    '',
    ...blocks,
    '',
  ].join('\n');
}

function figuresRow(command: VisitCommand): readonly string[] {
  return [
    command.card,
    command.name.replace('PERFORM SECURITY OPERATION', 'PSO'),
    command.sw,
    String(command.bytesIn),
    String(command.bytesOut),
    ...(command.operations === null
      ? ['–', '–', '–', 'in a reader']
      : [
          String(command.ramPeak),
          String(command.nvmBytes),
          command.predictedMs === null ? 'no data' : command.predictedMs.toFixed(1),
          operationsText(command.operations),
        ]),
  ];
}

/** "3 bls12381-g1-mul, 13 sha256": how often each operation ran, whatever the lengths. */
function operationsText(operations: readonly { readonly name: string; readonly count: number }[]): string {
  const counts = new Map<string, number>();
  for (const { name, count } of operations) counts.set(name, (counts.get(name) ?? 0) + count);
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
}

/** The last line: how it went. */
export function summaryText(document: VisitDocument): string {
  const refused = document.phases.filter((phase) => phase.outcome === 'refused');
  const commands = document.phases.reduce((sum, phase) => sum + phase.commands.length, 0);
  const equations = [...new Set(document.phases.flatMap((phase) => phase.equations))].sort((a, b) => a - b);
  return refused.length === 0
    ? `The visit is complete: ${document.phases.length} phases, equations ${equations.join(', ')}, ${commands} card commands, every check passed.`
    : `The visit was refused in "${refused[0]!.name}": ${refused[0]!.reason}.`;
}

/** One scenario in two lines: how it went, and what happened in it. */
export function scenarioText(document: VisitDocument): string {
  const refused = document.phases.find(({ outcome }) => outcome === 'refused');
  const commands = document.phases.reduce((sum, phase) => sum + phase.commands.length, 0);
  const head = `${document.scenario.padEnd(14)} ${refused ? 'REFUSED' : 'ok'}  ${equationsOf([document])}, ${commands} card commands`;
  const last = refused
    ? `${refused.name}: ${refused.reason}`
    : document.phases.map(({ name }) => name).join(' · ');
  return `${head}\n${wrapped(last, LINE_CHARACTERS)}`;
}

/** The last line of all scenarios. */
export function allText(documents: readonly VisitDocument[]): string {
  const refused = documents.filter(({ phases }) => phases.some(({ outcome }) => outcome === 'refused'));
  return refused.length === 0
    ? `${documents.length} scenarios are complete, ${equationsOf(documents)}, every check passed. One of them in full: imis visit --scenario NAME`
    : `Refused: ${refused.map(({ scenario }) => scenario).join(', ')}.`;
}

const LINE_CHARACTERS = 110;
const INDENT = '    ';

function equationsOf(documents: readonly VisitDocument[]): string {
  const all = documents.flatMap(({ phases }) => phases.flatMap(({ equations }) => equations));
  return equationsText([...new Set(all)].sort((a, b) => a - b));
}

function wrapped(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line.length + word.length >= width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((part) => `${INDENT}${part}`).join('\n');
}
