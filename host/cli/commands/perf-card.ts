/** `imis perf card`: what every command of a scenario takes on a named card, and where the time goes. */

import { type Command, Option } from 'commander';
import {
  type CardProfile,
  type CostOptions,
  flameGraph,
  formatCardReport,
  PLATFORMS,
  type Platform,
  profileTree,
  reportCard,
  speedscope,
  TRANSPORTS,
  type Transport,
  wireFor,
} from '../../../perf/index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { type ProfiledRun, profiledRun } from '../profiling/profiled-run.js';
import { writeReport } from '../profiling/write-report.js';
import { profileNamed } from '../simulated-card.js';
import { SCENARIOS } from '../visit/run-visit.js';
import { inputOption, VISIT_PROFILE, visitInputFrom } from './visit.js';

/** Model units do not depend on the seed but for which random bytes differ; one seed makes them exact. */
export const MODEL_SEED = 1;

export type ScenarioArguments = { readonly scenario: string; readonly input: string };
type CardArguments = ScenarioArguments & {
  readonly profile: string;
  readonly platform: Platform;
  readonly transport?: Transport;
  readonly flame?: string;
  readonly speedscope?: string;
  readonly json?: true;
};

export function addPerfCardCommand(perf: Command, done: (status: ExitStatus) => void): void {
  perf
    .command('card')
    .description('predicted time of every command of a scenario by part, with interval, and its total')
    .option('--scenario <name>', `what happens: ${Object.keys(SCENARIOS).join(', ')}`, 'outpatient')
    .addOption(inputOption('FHIR Parameters with the persons and the visit'))
    .option('--profile <name>', 'card profile', VISIT_PROFILE)
    .addOption(platformOption())
    .addOption(new Option('--transport <name>', 'wire (default: as measured)').choices(TRANSPORTS))
    .option('--flame <file>', 'also write a flame graph (SVG) by function and line')
    .option('--speedscope <file>', 'also write a profile for speedscope (JSON)')
    .option('--json', 'one JSON document instead of text')
    .addHelpText(
      'after',
      `
javacard is an applet on the public API: its code is interpreted, and arithmetic that the API lacks costs what
JCMathLib's tricks cost. native is the vendor's own system: compiled code with the whole coprocessor.

Parts: crypto (with keys and engine starts), bytecode, nvm, ram, wire, host. calls is the deepest nesting of calls.
docs/cost-model.md says where each figure comes from and what is left out.

Examples:
  imis perf card --profile nxp-jcop4-j3r180
  imis perf card --profile nxp-jcop4-j3r180 --platform native --transport tcl --json`,
    )
    .action(async (options: CardArguments) => done(await perfCard(options)));
}

export function platformOption(): Option {
  return new Option('--platform <name>', 'how the card is built').choices(PLATFORMS).default('javacard');
}

export function costOptions(
  profile: CardProfile,
  { platform, transport }: { readonly platform: Platform; readonly transport?: Transport },
): CostOptions {
  const wire = transport && wireFor(profile, transport);
  return { platform, ...(wire && { wire }) };
}

/** @throws {CliError} for an unknown scenario. */
export async function runScenario(
  profile: CardProfile,
  { scenario, input }: ScenarioArguments,
): Promise<ProfiledRun> {
  if (!Object.hasOwn(SCENARIOS, scenario)) {
    throw new CliError(`There is no scenario "${scenario}"; known: ${Object.keys(SCENARIOS).join(', ')}.`);
  }
  return profiledRun({ input: await visitInputFrom(input), scenario, profile, seed: MODEL_SEED });
}

/** @throws {CliError} when the visit was refused, after the report of what was done until then. */
async function perfCard(options: CardArguments): Promise<ExitStatus> {
  const profile = profileNamed(options.profile);
  const run = await runScenario(profile, options);
  const report = reportCard(profile, run.commands, costOptions(profile, options));
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : formatCardReport(report));
  if (options.flame ?? options.speedscope) {
    const tree = profileTree(profile, run.commands, run.functions, costOptions(profile, options));
    if (options.flame) writeReport(options.flame, flameGraph(tree));
    if (options.speedscope) writeReport(options.speedscope, `${JSON.stringify(speedscope(tree))}\n`);
  }
  if (run.refusal === null) return EXIT.ok;
  throw new CliError(run.refusal, EXIT.failed);
}
