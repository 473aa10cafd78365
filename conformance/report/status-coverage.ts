/** Which declared status words a run has seen, by command; those not seen with the reason. */

import {
  type ApplicationSpec,
  COMMON_STATUS,
  type CommandStatus,
  type DecodedExchange,
  hex,
  SW,
  statusTextOf,
} from '../../apdu/index.js';
import { whyUncovered } from './uncovered-status.js';

/** One declared status word of a command, or of every command of an application. */
export type StatusRow = {
  readonly application: string;
  /** Name of the command; absent for what every command may answer. */
  readonly command?: string;
  readonly clause: string;
  /** `6A82`, `63Cx`. */
  readonly status: string;
  readonly reason: string;
  readonly reached: boolean;
  /** Where it was not reached: why no case does. */
  readonly why?: string;
};

const COMMON_CLAUSE = 'ISO/IEC 7816-4:2020, 5.6';
const DONE: CommandStatus = { status: SW.ok, reason: 'done' };

/** Collects what cards answered, exchange by exchange. */
export class StatusCoverage {
  private readonly seen = new Set<string>();

  constructor(private readonly applications: readonly ApplicationSpec[]) {}

  note(exchanges: readonly DecodedExchange[]): void {
    for (const { application, id, sw } of exchanges) {
      if (application === undefined || sw === undefined) continue;
      this.seen.add(`${application} ${hex(sw, 2)}`);
      if (id !== undefined) this.seen.add(`${application} ${id} ${hex(sw, 2)}`);
    }
  }

  rows(): readonly StatusRow[] {
    return this.applications.flatMap((application) => [
      ...Object.values(application.commands).flatMap((command) =>
        [DONE, ...command.status].map((declared) =>
          this.row(declared, {
            application: application.id,
            id: command.id,
            command: command.name,
            clause: command.clause,
          }),
        ),
      ),
      ...(application.commonStatus ?? COMMON_STATUS).map((declared) =>
        this.row(declared, { application: application.id, clause: COMMON_CLAUSE }),
      ),
    ]);
  }

  private row(
    { status, reason }: CommandStatus,
    { id, ...place }: Pick<StatusRow, 'application' | 'clause'> & { id?: string; command?: string },
  ): StatusRow {
    const prefix = id === undefined ? place.application : `${place.application} ${id}`;
    const reached = [...this.seen].some((key) => {
      const sw = Number.parseInt(key.slice(-4), 16);
      return key.slice(0, -5) === prefix && (sw & status.mask) === status.sw;
    });
    const text = statusTextOf(status.sw, status.mask);
    const row = { ...place, status: text, reason, reached };
    return reached ? row : { ...row, why: whyUncovered(place.application, id, text) };
  }
}

/** Lines for the end of a run: how much was reached, and what was not. */
export function coverageToLines(rows: readonly StatusRow[]): readonly string[] {
  const missing = rows.filter(({ reached }) => !reached);
  const commands = new Set(
    rows.flatMap(({ application, command }) => (command ? [`${application} ${command}`] : [])),
  );
  const clauses = new Set(rows.map(({ clause }) => clause));
  return [
    `coverage: ${rows.length - missing.length} of ${rows.length} declared status words of ${commands.size} commands by ${clauses.size} clauses were seen`,
    ...missing.map(
      ({ application, command, status, reason, why }) =>
        `  not seen: ${application} ${command ?? 'any command'} ${status} (${reason}): ${why}`,
    ),
  ];
}

/** The same as a Markdown document. */
export function statusCoverageToMarkdown(rows: readonly StatusRow[]): string {
  const missing = rows.filter(({ reached }) => !reached);
  const byCommand = new Map<string, StatusRow[]>();
  for (const row of rows) {
    const name = `${row.application} | ${row.command ?? 'any command'}`;
    byCommand.set(name, [...(byCommand.get(name) ?? []), row]);
  }
  return [
    '# Status words that the conformance suite reaches',
    '',
    'Written from a run of all cases but the boundary sweeps on the simulator; a test fails when it is stale',
    '(`npx vitest run test/conformance/good-cards.test.ts -u` writes it anew).',
    '',
    `${rows.length - missing.length} of ${rows.length} declared status words are seen.`,
    '',
    '| application | command | clause | seen | not seen |',
    '|---|---|---|---|---|',
    ...[...byCommand].map(([name, own]) => {
      const list = (reached: boolean) =>
        own
          .filter((row) => row.reached === reached)
          .map(({ status }) => status)
          .join(' ');
      return `| ${name} | ${own[0]!.clause} | ${list(true)} | ${list(false)} |`;
    }),
    '',
    '## Not seen, and why',
    '',
    '| application | command | status | when | why no case reaches it |',
    '|---|---|---|---|---|',
    ...missing.map(
      ({ application, command, status, reason, why }) =>
        `| ${application} | ${command ?? 'any command'} | ${status} | ${reason} | ${why} |`,
    ),
    '',
  ].join('\n');
}
