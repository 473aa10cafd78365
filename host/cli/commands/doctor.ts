/** `imis doctor`: what of this machine the program uses, what is missing, and the command that mends it. */

import type { Command } from 'commander';
import { EXIT, type ExitStatus } from '../cli-error.js';
import { examine } from '../doctor/checks.js';
import type { Finding } from '../doctor/finding.js';

const MARKS = { ok: 'ok', absent: '--', failed: '!!' } as const satisfies Record<Finding['state'], string>;

export function addDoctorCommand(program: Command, done: (status: ExitStatus) => void): void {
  program
    .command('doctor')
    .description(
      'what of this machine the program uses: Node.js, engine, compiler, PC/SC; what mends the rest',
    )
    .option('--json', 'one JSON document instead of text')
    .addHelpText(
      'after',
      `
ok: found and working. --: optional and not there. !!: broken.

Exit status: 0 nothing is broken, 1 something is.`,
    )
    .action(async ({ json }: { json?: true }) => {
      const findings = await examine();
      const healthy = findings.every(({ state }) => state !== 'failed');
      process.stdout.write(
        json ? `${JSON.stringify({ ok: healthy, findings }, null, 2)}\n` : formatFindings(findings),
      );
      done(healthy ? EXIT.ok : EXIT.failed);
    });
}

function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.flatMap(({ name, state, detail, mend }) => [
    `${MARKS[state]}  ${name.padEnd(width)}  ${detail}.`,
    ...(mend === undefined ? [] : [`${' '.repeat(width + 6)}To mend it: ${mend}`]),
  ]);
  return `${lines.join('\n')}\n`;
}
