/** `imis spec`: the command set as documentation or as data, checked, compared; this project's or a vendor's. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import {
  type Change,
  changesToLines,
  countImpacts,
  diffSpecifications,
  type Finding,
  findingsToLines,
  lintSpecification,
  renderReference,
  renderReferenceHtml,
  renderReferencePages,
  renderSpecification,
} from '../../../apdu/index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { specificationFrom } from '../specification-file.js';

type Done = (status: ExitStatus) => void;
type OutputArguments = { readonly json?: true; readonly text?: true };
type LintArguments = OutputArguments & { readonly strict?: true };

/** Version of the reports of `lint` and `diff`; rises with every change that a reader could notice. */
const REPORT_VERSION = 1;

export function addSpecCommand(program: Command, done: Done): void {
  const spec = program
    .command('spec')
    .description(
      "an APDU specification, this project's or a vendor's: documentation, data, checks, differences",
    );
  addDocs(spec, done);
  spec
    .command('export')
    .description('the specification as JSON (docs/apdu-specification.schema.json describes it)')
    .action(() => {
      process.stdout.write(renderSpecification());
      done(EXIT.ok);
    });
  addLint(spec, done);
  addDiff(spec, done);
}

type DocsArguments = { readonly html?: true; readonly directory?: string };

function addDocs(spec: Command, done: Done): void {
  spec
    .command('docs')
    .description(
      'reference documentation: every command with bytes, data objects, access, states, status words, example',
    )
    .argument('[file]', "specification in JSON; this project's own where absent")
    .option('--html', 'one HTML page that needs nothing beside it, instead of Markdown')
    .option('--directory <folder>', 'a Markdown page for each command, and README.md, into a folder')
    .action(async (file: string | undefined, options: DocsArguments) => done(await writeDocs(file, options)));
}

async function writeDocs(file: string | undefined, { html, directory }: DocsArguments): Promise<ExitStatus> {
  const document = await specificationFrom(file);
  if (directory === undefined) {
    process.stdout.write(html ? renderReferenceHtml(document) : renderReference(document));
    return EXIT.ok;
  }
  if (html) throw new CliError('--html is one page; it does not go with --directory.');
  const pages = renderReferencePages(document);
  try {
    await mkdir(directory, { recursive: true });
    for (const { name, text } of pages) await writeFile(join(directory, name), text);
  } catch {
    throw new CliError(`The pages can not be written to ${directory}; check the path.`);
  }
  process.stdout.write(`${pages.length} pages in ${directory}\n`);
  return EXIT.ok;
}

function addLint(spec: Command, done: Done): void {
  withOutputOptions(
    spec
      .command('lint')
      .description('look for what a card or a host could stumble over in a specification')
      .argument('[file]', "specification in JSON; this project's own where absent")
      .option('--strict', 'exit status 1 for warnings too'),
  )
    .addHelpText(
      'after',
      `
Each finding has its place in the document (a JSON Pointer), one sentence, and how to mend it.

Exit status: 0 when there is no error, 1 when there is one, 2 when the file is no specification.`,
    )
    .action(async (file: string | undefined, options: LintArguments) => done(await lint(file, options)));
}

function addDiff(spec: Command, done: Done): void {
  withOutputOptions(
    spec
      .command('diff')
      .description('what changed between two specifications, and whether it breaks hosts')
      .argument('<before>', 'the specification that hosts were written for')
      .argument('<after>', 'the one that the card will follow'),
  )
    .addHelpText(
      'after',
      `
breaking       a host that follows the older specification may fail
compatible     such a host goes on; a new one can do more
documentation  only words changed

Exit status, as of diff: 0 when they are the same, 1 when they differ, 2 for trouble.`,
    )
    .action(async (before: string, after: string, options: OutputArguments) =>
      done(await diff(before, after, options)),
    );
}

function withOutputOptions(command: Command): Command {
  return command
    .option('--json', 'JSON (docs/specification-report.schema.json), as in a pipe')
    .option('--text', 'text, as on a terminal');
}

async function lint(file: string | undefined, options: LintArguments): Promise<ExitStatus> {
  const findings = lintSpecification(await specificationFrom(file));
  const count = (severity: Finding['severity']) => findings.filter((f) => f.severity === severity).length;
  const summary = { errors: count('error'), warnings: count('warning') };
  write(options, {
    json: { report: 'imis-card/specification-lint', version: REPORT_VERSION, file, findings, summary },
    lines: [...findingsToLines(findings), `${summary.errors} errors, ${summary.warnings} warnings`],
  });
  return summary.errors > 0 || (options.strict && summary.warnings > 0) ? EXIT.failed : EXIT.ok;
}

async function diff(before: string, after: string, options: OutputArguments): Promise<ExitStatus> {
  const changes: readonly Change[] = diffSpecifications(
    await specificationFrom(before),
    await specificationFrom(after),
  );
  const summary = countImpacts(changes);
  const { breaking, compatible, documentation } = summary;
  write(options, {
    json: {
      report: 'imis-card/specification-diff',
      version: REPORT_VERSION,
      before,
      after,
      changes,
      summary,
    },
    lines: [
      ...changesToLines(changes),
      `${breaking} breaking, ${compatible} compatible, ${documentation} of documentation`,
    ],
  });
  return changes.length > 0 ? EXIT.failed : EXIT.ok;
}

function write(
  { json, text }: OutputArguments,
  report: { readonly json: unknown; readonly lines: readonly string[] },
): void {
  const asJson = json === true || (text !== true && process.stdout.isTTY !== true);
  process.stdout.write(asJson ? `${JSON.stringify(report.json, null, 2)}\n` : `${report.lines.join('\n')}\n`);
}
