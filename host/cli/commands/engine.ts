/** `imis engine`: the accelerated engine of the host, built on this machine when the user wants it. */

import type { Command } from 'commander';
import { nativeModuleFile } from '../../index.js';
import { buildEngine, removeEngine } from '../accelerator/build.js';
import { TARBALLS } from '../accelerator/sources.js';
import { EXIT, type ExitStatus } from '../cli-error.js';

type BuildArguments = { readonly tarballs?: string };

const sources = Object.values(TARBALLS)
  .map(({ name, version }) => `${name}@${version}`)
  .join(' and ');

export function addEngineCommand(program: Command, done: (status: ExitStatus) => void): void {
  const engine = program
    .command('engine')
    .description('the accelerated engine for group signatures on BLS12-381, optional: build it, remove it')
    .addHelpText(
      'after',
      `
Everything works without it, on mcl-wasm; with it, verification takes about a quarter of the time. Once built, it
is used wherever BLS12-381 is computed by the host; IMIS_ENGINE=mcl-wasm leaves it aside for one run, and
"imis doctor" tells which engine is in use. The BN profile stays on mcl-wasm.

Built: ${nativeModuleFile({ XDG_CACHE_HOME: '$XDG_CACHE_HOME' })} (XDG_CACHE_HOME is ~/.cache where it is not set)`,
    );
  engine
    .command('build')
    .description('fetch the C sources, check their hashes, compile them with cc (or CC)')
    .option('--tarballs <folder>', 'take the tarballs from a folder instead of the registry')
    .addHelpText(
      'after',
      `
Fetches ${sources} with npm pack; nothing of them is
installed and no script of theirs is run. An older engine stays in use until the new one has proved itself.

Exit status: 0 built, 1 not built (no registry, no compiler, other bytes than expected).

Example:
  imis engine build && imis doctor`,
    )
    .action(({ tarballs }: BuildArguments) => {
      const file = buildEngine(tarballs === undefined ? {} : { tarballs });
      process.stdout.write(`The accelerated engine is built: ${file}\n`);
      done(EXIT.ok);
    });
  engine
    .command('remove')
    .description('remove the built engine; everything runs on mcl-wasm again')
    .action(() => {
      process.stdout.write(
        removeEngine()
          ? 'The accelerated engine is removed.\n'
          : 'There is no accelerated engine to remove.\n',
      );
      done(EXIT.ok);
    });
}
