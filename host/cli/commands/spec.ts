/** `imis spec`: the command set as reference documentation or as data. */

import type { Command } from 'commander';
import { renderReference, renderSpecification } from '../../../apdu/index.js';
import { EXIT, type ExitStatus } from '../cli-error.js';

export function addSpecCommand(program: Command, done: (status: ExitStatus) => void): void {
  const spec = program.command('spec').description('the APDU specification of both cards');
  spec
    .command('docs')
    .description(
      'reference documentation in Markdown: every command, data object, access rule and status word',
    )
    .action(() => {
      process.stdout.write(renderReference());
      done(EXIT.ok);
    });
  spec
    .command('export')
    .description('the specification as JSON (docs/apdu-specification.schema.json describes it)')
    .action(() => {
      process.stdout.write(renderSpecification());
      done(EXIT.ok);
    });
}
