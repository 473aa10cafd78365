/** Files that hold the memory of a card: whole or not there at all, and for their owner only. */

import { open, readFile, rename, rm } from 'node:fs/promises';
import { CliError } from '../cli-error.js';

/** Read and write for the owner, nothing for anybody else. */
const OWNER_ONLY = 0o600;

/**
 * Writes `content` into a new file beside `path` and gives it the name when it is on the disk.
 * @throws {CliError} when that is not possible; whatever stood at `path` then still does.
 */
export async function writePrivateFile(path: string, content: Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}.draft`;
  try {
    const file = await open(draft, 'wx', OWNER_ONLY);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch {
    await rm(draft, { force: true }).catch(() => undefined);
    throw new CliError(`The file ${path} can not be written; check the path.`);
  }
}

/** @throws {CliError} when there is no such file. */
export async function readPrivateFile(path: string): Promise<Uint8Array> {
  const content = await readFile(path).catch(() => {
    throw new CliError(`The file ${path} can not be read; check the path.`);
  });
  return new Uint8Array(content);
}
