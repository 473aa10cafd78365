/** `imis perf measure`: times the commands of a script on a real card. */

import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { type Command, Option } from 'commander';
import { fromHex, traceDecoder } from '../../../apdu/index.js';
import {
  type CardProfile,
  commandCost,
  formatTable,
  type Measurement,
  measureCommands,
  measurementCsv,
  type Platform,
  type ScriptedCommand,
} from '../../../perf/index.js';
import { seededRng } from '../../index.js';
import { parseScriptLine } from '../apdu-script.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { parseNatural } from '../options.js';
import { codeOf, meteredApplet } from '../profiling/profiled-run.js';
import { writeReport } from '../profiling/write-report.js';
import { CARD_KINDS, type CardKindName, makeSimulatedCard, profileNamed } from '../simulated-card.js';
import { decodedApplications } from '../specification-file.js';
import { connectTarget, parseTarget, TARGET_NOTES, unreachable } from '../target.js';
import { costOptions, MODEL_SEED, platformOption } from './perf-card.js';

const DEFAULT_ROUNDS = 20;

type MeasureArguments = {
  readonly target: string;
  readonly script: string;
  readonly rounds: number;
  readonly echo?: string;
  readonly spec?: string;
  readonly csv?: string;
  readonly profile?: string;
  readonly card: CardKindName;
  readonly platform: Platform;
};

export function addPerfMeasureCommand(perf: Command, done: (status: ExitStatus) => void): void {
  perf
    .command('measure')
    .description('time the commands of a script on a card in a reader: median, interval, outliers')
    .requiredOption('--target <target>', 'pcsc[:NAME], serial:PATH[,OPTIONS] or gempc:PATH[,t0|t1]')
    .requiredOption('--script <file>', 'command APDUs, one a line; what stands behind # is its name')
    .option('--rounds <n>', 'times that the script is sent, each after a reset', parseNatural, DEFAULT_ROUNDS)
    .option('--echo <hex>', 'a command that does least: what it takes is wire and reader')
    .option('--spec <file>', 'specification that names the commands (default: our own)')
    .option('--csv <file>', 'write every sample as operation,length,ms, for perf calibrate')
    .option('--profile <name>', 'also predict: the same script on a blank simulated card of this profile')
    .addOption(
      new Option('--card <kind>', 'which card, for --profile')
        .choices(Object.keys(CARD_KINDS))
        .default('patient'),
    )
    .addOption(platformOption())
    .addHelpText(
      'after',
      `
Without --echo the shortest command of the script stands for wire and reader. The interval is that of the median (95 %).
${TARGET_NOTES}

Example:
  imis perf measure --target pcsc --script select.apdu --rounds 50 --csv times.csv`,
    )
    .action(async (options: MeasureArguments) => done(await perfMeasure(options)));
}

async function perfMeasure(options: MeasureArguments): Promise<ExitStatus> {
  if (options.rounds < 1) throw new CliError('--rounds is at least 1.');
  const target = parseTarget(options.target);
  if (target.kind === 'sim') {
    throw new CliError('A simulated card has no time of its own; imis perf card predicts it.');
  }
  const script = await namedScript(options);
  const profile = options.profile === undefined ? undefined : profileNamed(options.profile);
  const echo =
    options.echo === undefined ? undefined : { name: 'echo', bytes: bytesOf(options.echo, '--echo') };
  const connection = await connectTarget(target);
  try {
    const measured = await measureCommands(connection, script, {
      rounds: options.rounds,
      seed: MODEL_SEED,
      nowMs: () => performance.now(),
      ...(echo && { echo }),
    });
    const predicted = profile && (await predictedMs(script, profile, options));
    process.stdout.write(measurementText(measured, options.rounds, predicted));
    if (options.csv !== undefined) writeReport(options.csv, measurementCsv(measured));
    return EXIT.ok;
  } catch (error) {
    throw unreachable(error);
  } finally {
    await connection.close();
  }
}

/** Commands by the name behind `#`, or by what the specification calls them. */
async function namedScript({ script, spec }: MeasureArguments): Promise<readonly ScriptedCommand[]> {
  const decoder = traceDecoder(await decodedApplications(spec));
  const lines = readScript(script).split('\n');
  const commands = lines.flatMap((text, index): ScriptedCommand[] => {
    const line = parseScriptLine(text);
    if (line.kind === 'fault') throw new CliError(`Script ${script}, line ${index + 1}: ${line.reason}.`);
    if (line.kind !== 'command') return [];
    const bytes = fromHex(line.command);
    const label = /#\s*(.+)$/.exec(text)?.[1]?.trim();
    const decoded = decoder.feed(bytes, Uint8Array.of(0x90, 0x00));
    return [{ name: label ?? decoded.at(-1)?.name ?? `line ${index + 1}`, bytes }];
  });
  if (commands.length === 0) throw new CliError(`Script ${script} has no command.`);
  return commands;
}

function readScript(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new CliError(`Script ${path} cannot be read.`);
  }
}

function bytesOf(hex: string, option: string): Uint8Array {
  try {
    return fromHex(hex);
  } catch {
    throw new CliError(`${option} takes hexadecimal digits.`);
  }
}

/** The script on a blank card with counters in its code. */
async function predictedMs(
  script: readonly ScriptedCommand[],
  profile: CardProfile,
  { card: kind, platform }: MeasureArguments,
): Promise<readonly (number | null)[]> {
  const { applet, functions, take } = await meteredApplet();
  const card = makeSimulatedCard(kind, profile, seededRng(MODEL_SEED, 'measure'), undefined, applet);
  card.powerOn();
  return script.map(({ bytes }) => {
    take();
    card.process(bytes);
    const code = codeOf([take()], functions);
    return commandCost(profile, card.figures, code, costOptions(profile, { platform })).total.ms;
  });
}

function measurementText(
  { commands, constantMs, constantFrom }: Measurement,
  rounds: number,
  predicted: readonly (number | null)[] | undefined,
): string {
  const right = (title: string) => ({ title, align: 'right' }) as const;
  const columns = [
    { title: 'command', align: 'left' } as const,
    ...['in B', 'out B', 'SW', 'ms', '95 % interval', 'outliers', 'beyond wire'].map(right),
    ...(predicted ? ['predicted', 'error'].map(right) : []),
  ];
  const rows = commands.map(({ name, length, responseLength, sw, ms, outliers, beyondConstantMs }, index) => [
    name,
    String(length),
    String(responseLength),
    sw.toString(16).toUpperCase().padStart(4, '0'),
    ms.median.toFixed(2),
    `${ms.low.toFixed(2)} – ${ms.high.toFixed(2)}`,
    `${outliers} of ${rounds}`,
    beyondConstantMs.toFixed(2),
    ...(predicted ? comparison(predicted[index] ?? null, ms.median) : []),
  ]);
  return `${formatTable(columns, rows)}\nWire, reader and host: ${constantMs.toFixed(2)} ms, as "${constantFrom}" took. ${rounds} rounds.\n`;
}

function comparison(predicted: number | null, measured: number): readonly string[] {
  if (predicted === null) return ['no data', ''];
  return [predicted.toFixed(1), `${((100 * (predicted - measured)) / measured).toFixed(0)} %`];
}
