/** `imis perf report`: the cost of a visit as one page. */

import type { Command } from 'commander';
import { EXIT, type ExitStatus } from '../cli-error.js';
import { costReportData } from '../cost-report/report-data.js';
import { costReportPage } from '../cost-report/report-page.js';
import { writeReport } from '../profiling/write-report.js';
import { profileNamed } from '../simulated-card.js';
import { MODEL_SEED } from './perf-card.js';
import { inputOption, VISIT_PROFILE, visitInputFrom } from './visit.js';

type ReportArguments = { readonly html: string; readonly input: string; readonly profile: string };

export function addPerfReportCommand(perf: Command, done: (status: ExitStatus) => void): void {
  perf
    .command('report')
    .description('one HTML page: timeline, every card, suites, memory, wear, predicted against measured')
    .requiredOption('--html <file>', 'where to write it')
    .addOption(inputOption('FHIR Parameters with the persons and the visit'))
    .option('--profile <name>', 'card profile shown first, and whose memory binds', VISIT_PROFILE)
    .addHelpText(
      'after',
      '\nThe page needs nothing else: no network, no other file.\n\nExample:\n  imis perf report --html cost.html',
    )
    .action(async ({ html, input, profile }: ReportArguments) => {
      const data = await costReportData(await visitInputFrom(input), profileNamed(profile), MODEL_SEED);
      writeReport(html, costReportPage(data));
      process.stdout.write(
        `${html}: ${data.everywhere.length} cards, ${data.validated.length} measured commands.\n`,
      );
      done(EXIT.ok);
    });
}
