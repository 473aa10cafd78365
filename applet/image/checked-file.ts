/**
 * The envelope of every file that holds card memory:
 *
 *     8 bytes   what it is (a name of six letters, then 1A 0A: a change of line ends shows at once)
 *     2 bytes   version of the content
 *     4 bytes   length of the whole file
 *     4 bytes   CRC-32 of the above, so that a damaged version is not taken for a newer one
 *     …         content
 *    32 bytes   SHA-256 of all before it
 *
 * The checksums find damage. They are no protection against somebody who wants to change the file.
 */

import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes, utf8ToBytes } from '../../apdu/index.js';
import { crc32 } from '../runtime/crc32.js';
import { ByteReader, MalformedFile } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';

/** A kind of file. */
export type FileFormat = {
  /** Six letters. */
  readonly name: string;
  /** The version that is written and the newest that is read. */
  readonly version: number;
};

/** Why a file can not be read. */
export type FileFault =
  /** It is not of this kind at all. */
  | { readonly kind: 'other file' }
  | { readonly kind: 'truncated'; readonly bytes: number; readonly expectedBytes: number | undefined }
  /** `what` is a clause that says where. */
  | { readonly kind: 'damaged'; readonly what: string }
  | { readonly kind: 'newer version'; readonly version: number; readonly supported: number };

export type FileResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: FileFault };

const HEADER_BYTES = 18;
const DIGEST_BYTES = 32;

function magicOf(format: FileFormat): Uint8Array {
  return concatBytes(utf8ToBytes(format.name), Uint8Array.of(0x1a, 0x0a));
}

/** The file around `content`. */
export function sealFile(format: FileFormat, content: Uint8Array): Uint8Array {
  const length = HEADER_BYTES + content.length + DIGEST_BYTES;
  const head = new ByteWriter().raw(magicOf(format)).uint(format.version, 2).uint(length, 4).bytes();
  const body = new ByteWriter().raw(head).uint(crc32(head), 4).raw(content).bytes();
  return concatBytes(body, sha256(body));
}

/** Checks the envelope and has `read` take the content apart. */
export function openFile<T>(
  format: FileFormat,
  file: Uint8Array,
  read: (content: ByteReader) => T,
): FileResult<T> {
  const fault = envelopeFault(format, file);
  if (fault) return { ok: false, fault };
  try {
    const content = new ByteReader(file.subarray(HEADER_BYTES, file.length - DIGEST_BYTES));
    const value = read(content);
    content.end();
    return { ok: true, value };
  } catch (error) {
    if (error instanceof MalformedFile) return damaged(error.message);
    throw error;
  }
}

function damaged(what: string): { readonly ok: false; readonly fault: FileFault } {
  return { ok: false, fault: { kind: 'damaged', what } };
}

function envelopeFault(format: FileFormat, file: Uint8Array): FileFault | undefined {
  const magic = magicOf(format);
  const present = Math.min(file.length, magic.length);
  if (file.length === 0 || !equalBytes(file.subarray(0, present), magic.subarray(0, present))) {
    return { kind: 'other file' };
  }
  if (file.length < HEADER_BYTES) {
    return { kind: 'truncated', bytes: file.length, expectedBytes: undefined };
  }
  const header = new ByteReader(file.subarray(magic.length, HEADER_BYTES));
  const version = header.uint(2);
  const length = header.uint(4);
  if (header.uint(4) !== crc32(file, 0, HEADER_BYTES - 4)) {
    return { kind: 'damaged', what: 'the checksum of its header is wrong' };
  }
  if (version > format.version) return { kind: 'newer version', version, supported: format.version };
  if (version === 0) return { kind: 'damaged', what: 'its version is 0' };
  if (file.length < length) return { kind: 'truncated', bytes: file.length, expectedBytes: length };
  if (file.length > length) {
    return { kind: 'damaged', what: `${file.length - length} bytes follow its end` };
  }
  const body = file.subarray(0, file.length - DIGEST_BYTES);
  return equalBytes(sha256(body), file.subarray(body.length))
    ? undefined
    : { kind: 'damaged', what: 'its checksum is wrong' };
}
