/** Runs the built program and looks at what a user sees: exit status and both outputs. */

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject } from 'vitest';
import { SCENARIO_PINS } from '../../host/index.js';
import { residentProgram } from './resident-client.js';

/** Root of the checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The program, to be run by this Node. */
export const PROGRAM = join(ROOT, 'dist', 'host', 'cli', 'main.js');

/** Seed of the visits; what is expected of them holds for every seed. */
export const SEED = process.env.IMIS_SEED ?? '5';

export type ImisRun = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

export type ImisOptions = {
  /** Working directory; default: the root of the checkout. */
  readonly cwd?: string;
  /** What is typed in; default: nothing. */
  readonly stdin?: string;
  /** A process of its own: for tests of how a process starts and ends. */
  readonly ownProcess?: boolean;
  /** Environment variables on top of the test's own; they need a process of its own. */
  readonly variables?: Readonly<Record<string, string>>;
};

/**
 * Runs `imis ARGS…` with both outputs in pipes: in the resident process that has the program loaded, or in one of its
 * own where the test asks for one or sets the environment.
 *
 * @throws {Error} when the program could not be built.
 */
export async function imis(args: readonly string[], options: ImisOptions = {}): Promise<ImisRun> {
  const fault = inject('programFault') || (existsSync(PROGRAM) ? '' : 'the program was not built');
  if (fault) throw new Error(fault);
  const { cwd = ROOT, stdin = '' } = options;
  const run =
    options.ownProcess || options.variables
      ? await runProcess(args, cwd, stdin, options.variables)
      : await residentProgram().run({ args, cwd, stdin });
  expectNoSecret(run);
  return run;
}

async function runProcess(
  args: readonly string[],
  cwd: string,
  stdin: string,
  variables: ImisOptions['variables'],
): Promise<ImisRun> {
  const { IMIS_DEBUG: _, ...env } = process.env;
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env: { ...env, ...variables } });
  const outputs = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      outputs[name] += text;
    });
  }
  child.stdin.on('error', () => {}); // the program may end before it reads
  child.stdin.end(stdin);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  return { status, ...outputs };
}

/** No PIN and no PUK of the scenario, as digits or as the hexadecimal of an APDU, whatever was run. */
function expectNoSecret({ stdout, stderr }: Pick<ImisRun, 'stdout' | 'stderr'>): void {
  const output = `${stdout}${stderr}`.toLowerCase();
  for (const secret of Object.values(SCENARIO_PINS).flatMap(({ pin, puk }) => [pin, puk])) {
    expect(output.includes(secret), `a PIN or PUK is printed`).toBe(false);
    expect(output.includes(Buffer.from(secret).toString('hex')), `a PIN or PUK is printed`).toBe(false);
  }
}

/** What every output must be: no stack trace of Node's. */
export function expectNoStackTrace({ stdout, stderr }: ImisRun): void {
  expect(`${stdout}${stderr}`).not.toMatch(/^ {4}at /m);
}

/** The one sentence of a refusal on stderr, with nothing else said and the exit status given. */
export function sentenceOf(run: ImisRun, status: number): string {
  expectNoStackTrace(run);
  expect(run.stderr).toMatch(/^imis: [^\n]*[^\n.]\.\n$/);
  expect(run.stdout).toBe('');
  expect(run.status).toBe(status);
  return run.stderr.slice('imis: '.length).trim();
}

/** A folder for the files of a test, and how to be rid of it. */
export class WorkFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'imis-test-'));

  /** Path of a new file. */
  file(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    writeFileSync(path, content);
    return path;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
