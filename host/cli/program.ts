/** The command-line program `imis` as a function: its commands, and what a run of one ends with. */

import { Command, CommanderError } from 'commander';
import { CliError, EXIT, type ExitStatus } from './cli-error.js';
import { PROGRAM_VERSION } from './package-root.js';

/** Adds a command to the program; `done` takes its exit status. */
type AddCommand = (program: Command, done: (status: ExitStatus) => void) => void;

/**
 * The commands, in the order in which help shows them. Each is loaded only when it is named, or all
 * for the program's help: loading takes longer than most commands run.
 */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  visit: async () => (await import('./commands/visit.js')).addVisitCommand,
  apdu: async () => (await import('./commands/apdu.js')).addApduCommand,
  trace: async () => (await import('./commands/trace.js')).addTraceCommand,
  spec: async () => (await import('./commands/spec.js')).addSpecCommand,
  conformance: async () => (await import('./commands/conformance.js')).addConformanceCommand,
  perf: async () => (await import('./commands/perf.js')).addPerfCommand,
  card: async () => (await import('./commands/card.js')).addCardCommand,
  readers: async () => (await import('./commands/readers.js')).addReadersCommand,
  gs: async () => (await import('./commands/gs.js')).addGsCommand,
  fingerprint: async () => (await import('./commands/fingerprint.js')).addFingerprintCommand,
  nhi: async () => (await import('./commands/nhi.js')).addNhiCommand,
  insurer: async () => (await import('./commands/insurer.js')).addInsurerCommand,
  'verify-evidence': async () => (await import('./commands/verify-evidence.js')).addVerifyEvidenceCommand,
  engine: async () => (await import('./commands/engine.js')).addEngineCommand,
  doctor: async () => (await import('./commands/doctor.js')).addDoctorCommand,
};

async function makeProgram(named: string | undefined, done: (status: ExitStatus) => void): Promise<Command> {
  const program = new Command('imis')
    .description(
      'Smart cards of an integrated medical information system, on a simulator that enforces what silicon enforces.',
    )
    .version(PROGRAM_VERSION);
  const one = named !== undefined && Object.hasOwn(COMMANDS, named) ? COMMANDS[named] : undefined;
  for (const load of one ? [one] : Object.values(COMMANDS)) (await load())(program, done);
  throwInsteadOfExit(program);
  return program;
}

/** Every subcommand reports usage errors the same way, so that the exit status is decided in one place. */
function throwInsteadOfExit(command: Command): void {
  command.exitOverride().configureOutput({ outputError: (text, write) => write(usageSentence(text)) });
  for (const subcommand of command.commands) throwInsteadOfExit(subcommand);
}

/** What commander says in several lines, as one sentence like all others. */
function usageSentence(text: string): string {
  const problem = text
    .trim()
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/ is invalid\. (\w)/, (_, letter: string) => ` is invalid: ${letter.toLowerCase()}`)
    .replace(/\.$/, '');
  return `imis: ${problem}; --help says what there is.\n`;
}

/**
 * Runs the command named by the arguments; both outputs are the process's own.
 *
 * @param args What was typed after `imis`.
 * @returns The exit status; whatever went wrong has been said in one sentence.
 */
export async function runProgram(args: readonly string[]): Promise<ExitStatus> {
  let status: ExitStatus = EXIT.ok;
  try {
    const program = await makeProgram(args[0], (outcome) => {
      status = outcome;
    });
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof CliError) {
      process.stderr.write(`imis: ${error.message}\n`);
      return error.exitStatus;
    }
    if (process.env.IMIS_DEBUG) throw error;
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`imis: this should not have happened: ${message} (IMIS_DEBUG=1 shows where)\n`);
    return EXIT.failed;
  }
}
