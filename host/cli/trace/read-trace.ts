/** Trace files of every form that can be read back. */

import { isPcapng, parsePcapng, parseTraceLines, type TracePacket } from '../../../reader-drivers/index.js';
import { CliError } from '../cli-error.js';
import { readPrivateFile } from '../memory/private-file.js';

export type ReadTrace = { readonly packets: readonly TracePacket[]; readonly skipped: number };

/** @throws {CliError} with what is wrong with the file. */
export async function readTrace(path: string): Promise<ReadTrace> {
  const file = await readPrivateFile(path);
  const read = isPcapng(file) ? parsePcapng(file) : parseTraceLines(new TextDecoder().decode(file));
  if (!read.ok) {
    const what = isPcapng(file) ? '' : ', read as JSON lines';
    throw new CliError(`${path} can not be read${what}: ${read.fault}.`);
  }
  if (read.packets.length > 0) return read;
  throw new CliError(
    `${path} holds no APDU${read.skipped > 0 ? `; ${read.skipped} packets are of other kinds` : ''}.`,
  );
}
