/** `imis conformance diff`: the same cases on two targets. */

import {
  differencesToJson,
  differentialToLines,
  FilterError,
  runDifferential,
} from '../../../conformance/index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import type { CardKindName } from '../simulated-card.js';
import { progressLine } from './progress.js';
import { preparedTargets } from './run-command.js';
import { writeReport } from './run-files.js';

export type DiffArguments = {
  readonly target: readonly string[];
  readonly application: CardKindName | 'both';
  readonly filter?: string;
  readonly seed: number;
  readonly personalised?: true;
  readonly json?: string;
};

const NO_FILES = { specification: undefined, statement: undefined, secrets: undefined };

export async function diff(options: DiffArguments): Promise<ExitStatus> {
  const [first, second, ...more] = options.target;
  if (first === undefined || second === undefined || more.length > 0)
    throw new CliError('diff takes two cards: --target A --target B.');
  const sides = [
    await preparedTargets({ ...options, target: first }, NO_FILES),
    await preparedTargets({ ...options, target: second }, NO_FILES),
  ] as const;
  const start = performance.now();
  const terminal = process.stdout.isTTY === true;
  try {
    const report = await runDifferential(sides[0], sides[1], {
      filter: options.filter,
      seed: options.seed,
      clock: () => performance.now(),
      onProgress: (step) => {
        if (!terminal) return;
        const line = progressLine(step, 0, performance.now() - start, process.stdout.columns || 80);
        process.stdout.write(`\r${line}\x1b[K`);
      },
    });
    if (terminal) process.stdout.write('\r\x1b[K');
    if (options.json !== undefined) {
      const document = differencesToJson(report, [first, second]);
      await writeReport(options.json, `${JSON.stringify(document, null, 2)}\n`);
    }
    for (const line of differentialToLines(report)) process.stdout.write(`${line}\n`);
    const statuses = report.reports.map(({ exitStatus }) => exitStatus);
    if (statuses.includes(EXIT.unreachable)) return EXIT.unreachable;
    if (statuses.includes(EXIT.usage)) throw new CliError(`No case is named ${options.filter}.`);
    return report.divergences.length > 0 ? EXIT.failed : EXIT.ok;
  } catch (error) {
    throw error instanceof FilterError ? new CliError(error.message) : error;
  }
}
