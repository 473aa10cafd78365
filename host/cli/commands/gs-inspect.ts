/** `imis gs inspect`: what a file of `imis gs` holds, secrets left out. */

import type { Command } from 'commander';
import { fromHex } from '../../../apdu/index.js';
import { EXIT, type ExitStatus } from '../cli-error.js';
import { GS_FILES, type GsFileKind } from '../gs/file-formats.js';
import { readAnyGsFile } from '../gs/file-store.js';
import { printResult } from '../gs/gs-output.js';

export function addGsInspectCommand(gs: Command, done: (status: ExitStatus) => void): void {
  gs.command('inspect')
    .description('say what a file holds, no secrets')
    .argument('<file>', 'any file of imis gs')
    .option('--json', 'one JSON document instead of text')
    .addHelpText('after', '\nExample:\n  imis gs inspect trial/member-D-0815.json')
    .action(async (path: string, { json }: { readonly json?: true }) =>
      done(await inspect(path, json === true)),
    );
}

async function inspect(path: string, json: boolean): Promise<ExitStatus> {
  const { kind, content } = await readAnyGsFile(path);
  const shown = masked(kind, content) as Record<string, unknown>;
  const { what, secret } = GS_FILES[kind];
  printResult(json, shown, [
    `${path}: ${what}${secret ? ' (private)' : ''}`,
    ...Object.entries(shown).flatMap(([name, value]) => linesOf(name, value)),
  ]);
  return EXIT.ok;
}

/** The content with every hidden field, at any depth, as its length. */
function masked(kind: GsFileKind, value: unknown): unknown {
  const hidden: readonly string[] = GS_FILES[kind].hidden;
  if (Array.isArray(value)) return value.map((item) => masked(kind, item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]: [string, unknown]) => [
      name,
      hidden.includes(name) && typeof inner === 'string'
        ? `secret, ${fromHex(inner).length} bytes`
        : masked(kind, inner),
    ]),
  );
}

function linesOf(name: string, value: unknown): string[] {
  if (Array.isArray(value)) {
    return [`  ${name}: ${value.length}`, ...value.map((item) => `    ${JSON.stringify(item)}`)];
  }
  return [`  ${name}: ${String(value)}`];
}
