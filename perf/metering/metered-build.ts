/** The instrumented build of the card's code: made from the compiled one, beside it. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, join, posix, relative } from 'node:path';
import { packageRoot } from '../package-root.js';
import type { CountedFunction } from './counted-block.js';
import { instrument, type ModuleSource } from './instrument.js';

/** Where an instrumented build lies, and what its counters stand for. */
export type MeteredBuild = { readonly folder: string; readonly functions: readonly CountedFunction[] };

/** The compiled code has not been built, or the instrumented build cannot be written. */
export class MeteredBuildError extends Error {
  override readonly name = 'MeteredBuildError';
}

const SOURCES = ['apdu', 'applet'] as const;
/** What a card's platform does itself: memories, coprocessor, transport. It is priced by what is asked of it. */
const PLATFORM = /^applet\/(?:runtime|engine|image)\/|^applet\/(?:os\/card|index)\.js$|^apdu\/index\.js$/;

const AES_KEY = ["'key'", "'aes'", '$isNew(key)'] as const;

/** Events of the platform, by file and method, as expressions within the method. */
const EVENTS: Readonly<Record<string, NonNullable<ModuleSource['events']>>> = {
  'applet/runtime/nvm.js': { readInto: ["'copy'", "'E2R'", 'target.length'] },
  'applet/runtime/ram.js': { keep: ["'copy'", "'R2R'", 'bytes.length'] },
  'applet/runtime/coprocessor.js': {
    run: ["'operation'", 'operation', 'lengthBytes'],
    aes128EcbEncrypt: AES_KEY,
    aes128EcbDecrypt: AES_KEY,
    aes128Cmac: AES_KEY,
    aes128GcmSeal: AES_KEY,
    aes128GcmOpen: AES_KEY,
    p256EcdsaSign: ["'key'", "'ecdsa-sign'", '$isNew(secretKey)'],
    p256EcdsaVerify: ["'key'", "'ecdsa-verify'", '$isNew(publicKey)'],
    p256Ecdh: ["'key'", "'ecdh'", '$isNew(secretKey)'],
  },
  'applet/runtime/flash.js': { program: ["'page'", "'write'", '0'] },
};

/**
 * The instrumented build that belongs to the compiled code as it is now; made where it does not exist.
 *
 * @throws MeteredBuildError
 */
export function meteredBuild(dist: string = join(packageRoot(), 'dist')): MeteredBuild {
  if (!existsSync(join(dist, 'applet', 'index.js'))) {
    throw new MeteredBuildError('The card has not been compiled; npm run build does it.');
  }
  const files = SOURCES.flatMap((source) => modulesUnder(dist, source));
  const own = modulesUnder(dist, 'perf/metering').map((file) => readFileSync(join(dist, file), 'utf8'));
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update(readFileSync(join(dist, file)));
  for (const code of own) hash.update(code);
  const folder = join(dist, 'metered', hash.digest('hex').slice(0, 16));
  const index = join(folder, 'functions.json');
  if (!existsSync(index)) {
    try {
      build(dist, files, folder);
    } catch (cause) {
      if (cause instanceof SyntaxError || !(cause instanceof Error && 'code' in cause)) throw cause;
      throw new MeteredBuildError(`The instrumented card cannot be written to ${dirname(folder)}.`, {
        cause,
      });
    }
  }
  return { folder, functions: JSON.parse(readFileSync(index, 'utf8')) as readonly CountedFunction[] };
}

function build(dist: string, files: readonly string[], folder: string): void {
  const made = `${folder}.${process.pid}`;
  const functions: CountedFunction[] = [];
  write(join(made, 'counters.js'), readFileSync(join(dist, 'perf', 'metering', 'counters.js'), 'utf8'));
  for (const file of files) {
    const code = readFileSync(join(dist, file), 'utf8');
    const events = EVENTS[file];
    if (PLATFORM.test(file) && !events) {
      write(join(made, file), code);
      continue;
    }
    const counted = instrument({
      file: file.replace(/\.js$/, '.ts'),
      code,
      lineAt: lineAt(code, readFileSync(join(dist, `${file}.map`), 'utf8')),
      counters: posix.join(posix.relative(posix.dirname(file), '.'), 'counters.js'),
      firstFunction: functions.length,
      ...(events && { events }),
    });
    functions.push(...counted.functions);
    write(join(made, file), counted.code);
  }
  write(join(made, 'functions.json'), JSON.stringify(functions));
  publish(made, folder);
}

/** Another process may have been faster: then its build is as good. Older builds go. */
function publish(made: string, folder: string): void {
  try {
    renameSync(made, folder);
  } catch {
    rmSync(made, { recursive: true, force: true });
  }
  for (const name of readdirSync(dirname(folder))) {
    if (/^[0-9a-f]{16}$/.test(name) && join(dirname(folder), name) !== folder) {
      rmSync(join(dirname(folder), name), { recursive: true, force: true });
    }
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text.replace(/^\/\/# sourceMappingURL=.*\n?/m, ''));
}

function modulesUnder(dist: string, folder: string): string[] {
  return readdirSync(join(dist, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .map((file) => posix.join(folder, relative('.', file).replaceAll('\\', '/')))
    .sort();
}

/** Source line of a position in compiled code. */
function lineAt(code: string, map: string): (position: number) => number {
  const sources = new SourceMap(JSON.parse(map));
  const starts = [0, ...[...code.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const known = new Map<number, number>();
  return (position) => {
    const cached = known.get(position);
    if (cached !== undefined) return cached;
    const row = starts.findLastIndex((start) => start <= position);
    const entry = sources.findEntry(row, position - starts[row]!);
    const line = 'originalLine' in entry ? entry.originalLine + 1 : row + 1;
    known.set(position, line);
    return line;
  };
}
