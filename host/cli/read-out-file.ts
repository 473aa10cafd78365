/** The holder whom the read-out of a patient card is to name, from a file. */

import { z } from 'zod';
import { type NamedCardholder, readOutBytes } from '../index.js';
import { CliError } from './cli-error.js';
import { readPrivateFile } from './memory/private-file.js';

const HOLDER = z.strictObject({
  name: z.string().min(1),
  nationalId: z.string().regex(/^[A-Z][A-Z0-9]\d{8}$/, 'a letter, a letter or digit and eight digits'),
  birthDate: z.iso.date(),
  sex: z.enum(['M', 'F']),
});

/** @throws {CliError} with what is wrong in which field. */
export async function readOutHolderFrom(path: string): Promise<NamedCardholder> {
  const holder = parsed(path, new TextDecoder().decode(await readPrivateFile(path)));
  try {
    readOutBytes(new Uint8Array(16), 0, holder);
  } catch (error) {
    if (error instanceof RangeError) throw new CliError(`${path}: ${error.message}.`);
    throw error;
  }
  return holder;
}

function parsed(path: string, text: string): NamedCardholder {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new CliError(`${path} is no JSON; it holds { "name", "nationalId", "birthDate", "sex" }.`);
  }
  const checked = HOLDER.safeParse(document);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new CliError(`${path}: ${issue!.path.join('.') || 'the document'}: ${issue!.message}.`);
}
