/** Finding files by what a SELECT names (ISO/IEC 7816-4:2020, 7.3 and 11.2.2): the card moves in the tree, a trace decoder follows. */

import { fromHex } from '../bytes.js';
import { MASTER_FILE } from './master-file.js';
import type { ApplicationSpec, CommandSpec, DirectorySpec, FileSpec } from './specification.js';

/** Where a logical channel stands: a DF and, once one was selected, an EF of it. */
export type FileLocation = { readonly directory: DirectorySpec; readonly file?: FileSpec };

/** P1 of SELECT. */
export const SELECTION_METHOD = {
  'by file identifier': 0x00,
  'DF under the current DF': 0x01,
  'EF under the current DF': 0x02,
  'parent of the current DF': 0x03,
  'by application identifier': 0x04,
  'by path from the master file': 0x08,
  'by path from the current DF': 0x09,
} as const;
export type SelectionMethod = keyof typeof SELECTION_METHOD;

/** Shortest part of an application identifier that selects (12.3.4: the registered identifier has 5 bytes). */
const SHORTEST_NAME = 5;
const FILE_IDENTIFIER_BYTES = 2;

/** The file with a short EF identifier. */
export function findFileBySfi({ files }: Pick<DirectorySpec, 'files'>, sfi: number): FileSpec | undefined {
  return Object.values(files).find((file) => file.sfi === sfi && sfi !== 0);
}

/**
 * The short EF identifier that a command with access `by file` carries, 0 for none: bits 5 to 1 of P1
 * (ISO/IEC 7816-4:2020, 11.3.1) or bits 8 to 4 of P2 (11.4.1).
 */
export function shortIdentifierOf(command: Pick<CommandSpec, 'p2'>, p1: number, p2: number): number {
  if (command.p2.kind === 'short-file') return p2 >> 3;
  return p1 >= 0x80 ? p1 & 0x1f : 0;
}

/** The file with a file identifier. */
export function findFileByFid({ files }: Pick<DirectorySpec, 'files'>, fid: number): FileSpec | undefined {
  return Object.values(files).find((file) => file.fid === fid);
}

/** Whether data of this length can name a file that way. */
export function fitsSelection(method: SelectionMethod, length: number): boolean {
  switch (method) {
    case 'parent of the current DF':
      return length === 0;
    case 'by file identifier':
      return length === 0 || length === FILE_IDENTIFIER_BYTES;
    case 'DF under the current DF':
    case 'EF under the current DF':
      return length === FILE_IDENTIFIER_BYTES;
    case 'by application identifier':
      return length > 0;
    case 'by path from the master file':
    case 'by path from the current DF':
      return length > 0 && length % FILE_IDENTIFIER_BYTES === 0;
  }
}

/**
 * Where a SELECT leads from the DF `current`, `undefined` for nowhere. `next` asks for an occurrence
 * of the name behind the application that is selected. Data that do not fit the method lead nowhere.
 */
export function locateFile(
  applications: readonly ApplicationSpec[],
  current: DirectorySpec,
  method: SelectionMethod,
  data: Uint8Array,
  next = false,
): FileLocation | undefined {
  if (!fitsSelection(method, data.length)) return undefined;
  const fid = ((data[0] ?? 0) << 8) | (data[1] ?? 0);
  switch (method) {
    case 'by application identifier':
      return found(findByName(applications, current, data, next));
    case 'parent of the current DF':
      return current.fid === MASTER_FILE.fid ? undefined : found(MASTER_FILE);
    case 'DF under the current DF':
      return found(childDirectory(applications, current, fid));
    case 'EF under the current DF':
      return foundFile(current, fid);
    case 'by file identifier':
      return data.length === 0 ? found(MASTER_FILE) : findNearby(applications, current, fid);
    case 'by path from the master file':
      return followPath(applications, MASTER_FILE, data);
    case 'by path from the current DF':
      return followPath(applications, current, data);
  }
}

/** An EF of the current DF, that DF, one beside or under it, or the master file. */
function findNearby(
  applications: readonly ApplicationSpec[],
  current: DirectorySpec,
  fid: number,
): FileLocation | undefined {
  if (fid === MASTER_FILE.fid) return found(MASTER_FILE);
  return foundFile(current, fid) ?? found(childDirectory(applications, MASTER_FILE, fid));
}

function findByName(
  applications: readonly ApplicationSpec[],
  current: DirectorySpec,
  name: Uint8Array,
  next: boolean,
): ApplicationSpec | undefined {
  if (name.length < SHORTEST_NAME) return undefined;
  const behind = next ? applications.findIndex((application) => application.fid === current.fid) + 1 : 0;
  return applications.slice(behind).find(({ aid }) => {
    const whole = fromHex(aid);
    return name.length <= whole.length && name.every((byte, i) => byte === whole[i]);
  });
}

/** A path has DFs with at most one EF at its end. */
function followPath(
  applications: readonly ApplicationSpec[],
  start: DirectorySpec,
  path: Uint8Array,
): FileLocation | undefined {
  let directory = start;
  for (let at = 0; at < path.length; at += FILE_IDENTIFIER_BYTES) {
    const fid = (path[at]! << 8) | path[at + 1]!;
    const child = childDirectory(applications, directory, fid);
    if (child) directory = child;
    else return at + FILE_IDENTIFIER_BYTES === path.length ? foundFile(directory, fid) : undefined;
  }
  return { directory };
}

/** Applications stand under the master file and have no DF of their own below. */
function childDirectory(
  applications: readonly ApplicationSpec[],
  parent: DirectorySpec,
  fid: number,
): DirectorySpec | undefined {
  return parent.fid === MASTER_FILE.fid ? applications.find((one) => one.fid === fid) : undefined;
}

function found(directory: DirectorySpec | undefined): FileLocation | undefined {
  return directory && { directory };
}

function foundFile(directory: DirectorySpec, fid: number): FileLocation | undefined {
  const file = findFileByFid(directory, fid);
  return file && { directory, file };
}
