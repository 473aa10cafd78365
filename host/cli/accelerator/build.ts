/** Compiles the accelerated engine with the system's C compiler and puts it where the library looks for it. */

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadNativeModule, nativeModuleFile } from '../../index.js';
import { CliError, EXIT } from '../cli-error.js';
import { PACKAGE_ROOT } from '../package-root.js';
import { obtainSources, type Sources } from './sources.js';

/** Our own C files, in the package and in the checkout. */
const OWN_SOURCES = join(PACKAGE_ROOT, 'host', 'crypto', 'native');
/** blst finds out at run time which instructions the processor has, so the file also runs on the next machine. */
const BLST_FLAGS = ['-O2', '-fPIC', '-fno-builtin', '-fvisibility=hidden', '-D__BLST_PORTABLE__'];
const OWN_FLAGS = ['-O2', '-fPIC', '-fvisibility=hidden', '-std=gnu11', '-Wall', '-Wextra', '-Werror'];

export type BuildOptions = {
  /** Folder with the tarballs; the registry when left out. */
  readonly tarballs?: string;
  /** C compiler: `cc`, or what CC names. */
  readonly compiler?: string;
};

/** The C compiler that a build would use. */
export function compilerName(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.CC || 'cc';
}

/** The compiler's first line about itself, or `undefined` where there is none. */
export function compilerVersion(compiler = compilerName()): string | undefined {
  const run = spawnSync(compiler, ['--version'], { encoding: 'utf8' });
  return run.status === 0 ? run.stdout.split('\n', 1)[0] : undefined;
}

/**
 * Builds the engine; an older one stays until the new one has been loaded and has given its known answer.
 *
 * @returns the file
 * @throws {CliError} exit status 1
 */
export function buildEngine({ tarballs, compiler = compilerName() }: BuildOptions = {}): string {
  if (process.platform === 'win32') {
    throw new CliError('The engine is not built on Windows: everything runs on mcl-wasm there.', EXIT.failed);
  }
  if (compilerVersion(compiler) === undefined) {
    throw new CliError(
      `The engine was not built: there is no C compiler "${compiler}" (Debian: apt-get install build-essential).`,
      EXIT.failed,
    );
  }
  const file = nativeModuleFile();
  const folder = mkdtempSync(join(tmpdir(), 'imis-engine-'));
  try {
    const built = compile(obtainSources(folder, tarballs), folder, compiler);
    chmodSync(built, 0o700);
    const loaded = loadNativeModule(built);
    if (!loaded.ok) throw new CliError(`The engine was not built: ${loaded.detail}.`, EXIT.failed);
    install(built, file);
    return file;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compile({ blst, nodeApi }: Sources, folder: string, compiler: string): string {
  const run = (args: readonly string[]): void => {
    const { status, stderr } = spawnSync(compiler, args, { cwd: folder, encoding: 'utf8' });
    if (status === 0) return;
    const [said] = /.*\b(?:error|undefined)\b.*/.exec(stderr ?? '') ?? ['it said nothing'];
    throw new CliError(`The engine was not built: ${compiler} failed: ${said.trim()}.`, EXIT.failed);
  };
  const sources = join(blst, 'blst');
  const own = readdirSync(OWN_SOURCES).filter((name) => name.endsWith('.c'));
  const includes = [join(sources, 'bindings'), join(nodeApi, 'include')].map((path) => `-I${path}`);
  const built = join(folder, 'imis-engine.node');
  run([...BLST_FLAGS, '-c', join(sources, 'src', 'server.c'), '-o', 'server.o']);
  run([...BLST_FLAGS, '-c', join(sources, 'build', 'assembly.S'), '-o', 'assembly.o']);
  run([
    ...OWN_FLAGS,
    ...includes,
    '-shared',
    // the functions of Node-API come from the process that loads the file
    ...(process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []),
    ...own.map((name) => join(OWN_SOURCES, name)),
    'server.o',
    'assembly.o',
    '-o',
    built,
  ]);
  return built;
}

/** Copies beside the place and renames, so that whoever loads it meanwhile sees the old or the new file. */
function install(built: string, file: string): void {
  const beside = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    copyFileSync(built, beside);
    chmodSync(beside, 0o700);
    renameSync(beside, file);
  } catch {
    rmSync(beside, { force: true });
    throw new CliError(`The engine was built, but ${dirname(file)} cannot be written.`, EXIT.failed);
  }
}

/** Removes the built engine; whether there was one. */
export function removeEngine(): boolean {
  const file = nativeModuleFile();
  if (!existsSync(file)) return false;
  rmSync(file);
  return true;
}
