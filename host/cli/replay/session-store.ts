/** Recorded sessions on disk. */

import { CliError } from '../cli-error.js';
import { fileFaultSentence } from '../memory/fault-sentence.js';
import { readPrivateFile, writePrivateFile } from '../memory/private-file.js';
import { encodeSession, parseSession, type RecordedSession } from './recorded-session.js';

/** @throws {CliError} */
export async function readSession(path: string): Promise<RecordedSession> {
  const read = parseSession(await readPrivateFile(path));
  if (!read.ok) throw new CliError(fileFaultSentence(path, 'a recorded session', read.fault));
  return read.value;
}

/** @throws {CliError} */
export async function writeSession(path: string, session: RecordedSession): Promise<void> {
  await writePrivateFile(path, encodeSession(session));
}
