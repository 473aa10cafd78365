/** Runs one command of the program in this process: a hundred runs of Node would take minutes. */

import { Command, CommanderError } from 'commander';
import { vi } from 'vitest';
import { CliError, type ExitStatus } from '../../host/cli/index.js';
import type { ImisRun } from './imis.js';

type AddCommand = (program: Command, done: (status: ExitStatus) => void) => void;

/** What the program would have printed and its status; usage errors come as commander words them. */
export async function runInProcess(add: AddCommand, args: readonly string[]): Promise<ImisRun> {
  const outputs = { stdout: '', stderr: '' };
  const program = new Command('imis');
  let status: number = 0;
  add(program, (outcome) => {
    status = outcome;
  });
  const capture = (name: keyof typeof outputs) => (text: string | Uint8Array) => {
    outputs[name] += String(text);
    return true;
  };
  quiet(program, capture('stderr'));
  const write = vi.spyOn(process.stdout, 'write').mockImplementation(capture('stdout'));
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CliError) {
      outputs.stderr += `imis: ${error.message}\n`;
      status = error.exitStatus;
    } else if (error instanceof CommanderError) {
      status = error.exitCode === 0 ? 0 : 2;
    } else throw error;
  } finally {
    write.mockRestore();
  }
  return { status, ...outputs };
}

function quiet(command: Command, write: (text: string) => void): void {
  const sentence = (text: string) =>
    `imis: ${text
      .trim()
      .replace(/^error: /, '')
      .replace(/\.$/, '')}.\n`;
  command.exitOverride().configureOutput({ outputError: (text) => write(sentence(text)) });
  for (const inner of command.commands) quiet(inner, write);
}
