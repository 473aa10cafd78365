/**
 * What the accelerated engine is compiled from, besides our own C files: two tarballs of the npm registry,
 * fetched when the user asks for it, checked against the hashes below before anything is unpacked, and
 * never installed: `@chainsafe/blst` is here for the C sources inside, its install script is not run.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError, EXIT } from '../cli-error.js';

export type Tarball = {
  readonly name: string;
  readonly version: string;
  /** File name that `npm pack` gives it. */
  readonly file: string;
  /** Subresource integrity of the tarball. */
  readonly integrity: string;
};

export const TARBALLS = {
  blst: {
    name: '@chainsafe/blst',
    version: '0.2.11',
    file: 'chainsafe-blst-0.2.11.tgz',
    integrity:
      'sha512-URyOLq5GtxBoxibOnd2pgLydCy0UZzbiIIBcsRAvGxAsRzjZL04TsQfwRkz5aphU3a1ebeRoMmI/HHyMCiFSQg==',
  },
  nodeApi: {
    name: 'node-api-headers',
    version: '1.9.0',
    file: 'node-api-headers-1.9.0.tgz',
    integrity:
      'sha512-2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==',
  },
} as const satisfies Record<string, Tarball>;

const FETCH_TIMEOUT_MS = 180_000;

/** Folders with the unpacked sources. */
export type Sources = { readonly blst: string; readonly nodeApi: string };

/**
 * Fetches, checks and unpacks both into `folder`.
 *
 * @param tarballs folder that has the tarballs already, for machines without a registry
 * @throws {CliError} exit status 1, with what is missing
 */
export function obtainSources(folder: string, tarballs?: string): Sources {
  const from = tarballs ?? folder;
  return { blst: obtain(TARBALLS.blst, folder, from), nodeApi: obtain(TARBALLS.nodeApi, folder, from) };

  function obtain(tarball: Tarball, into: string, place: string): string {
    if (tarballs === undefined) fetchTarball(tarball, place);
    return unpack(tarball, readTarball(tarball, place), into);
  }
}

function fetchTarball({ name, version }: Tarball, folder: string): void {
  const run = spawnSync('npm', ['pack', `${name}@${version}`, '--ignore-scripts', '--silent'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: FETCH_TIMEOUT_MS,
  });
  if (run.status === 0) return;
  const missing = (run.error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
  throw new CliError(
    missing
      ? 'The engine was not built: npm, which fetches its sources, was not found.'
      : `The engine was not built: npm could not fetch ${name}@${version} from the package registry (--tarballs takes a folder that has it).`,
    EXIT.failed,
  );
}

/** The tarball's path, once its bytes are the pinned ones. */
function readTarball({ file, integrity, name, version }: Tarball, folder: string): string {
  const path = join(folder, file);
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    throw new CliError(`The engine was not built: ${file} is not in ${folder}.`, EXIT.failed);
  }
  if (`sha512-${createHash('sha512').update(bytes).digest('base64')}` !== integrity) {
    throw new CliError(
      `The engine was not built: ${file} is not ${name}@${version} as it was published (its SHA-512 differs).`,
      EXIT.failed,
    );
  }
  return path;
}

function unpack({ name }: Tarball, path: string, folder: string): string {
  const into = join(folder, name.replace(/[^a-z-]/g, '_'));
  mkdirSync(into);
  const run = spawnSync('tar', ['-xzf', path, '-C', into, '--strip-components=1'], { encoding: 'utf8' });
  if (run.status !== 0 || readdirSync(into).length === 0) {
    throw new CliError(`The engine was not built: tar could not unpack ${path}.`, EXIT.failed);
  }
  return into;
}
