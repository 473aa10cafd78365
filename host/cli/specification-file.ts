/** A specification in a JSON file, for the commands that take one. */

import { readFile } from 'node:fs/promises';
import {
  ALL_APPLICATIONS,
  type ApplicationSpec,
  OWN_SPECIFICATION,
  parseSpecification,
  type SpecificationDocument,
} from '../../apdu/index.js';
import { CliError } from './cli-error.js';

/** The specification of a file, or this project's own. @throws {CliError} naming the file and the place in it. */
export async function specificationFrom(path: string | undefined): Promise<SpecificationDocument> {
  if (path === undefined) return OWN_SPECIFICATION;
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CliError(`The specification ${path} can not be read; check the path.`);
  });
  const parsed = parseSpecification(parseJson(path, text));
  if ('fault' in parsed) throw new CliError(`${path}: ${parsed.fault.path} ${parsed.fault.reason}.`);
  return parsed.document;
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as SyntaxError;
    throw new CliError(
      `The specification ${path} is no JSON: ${message.replace(/\s+/g, ' ').replace(/\.$/, '')}.`,
    );
  }
}

/** The applications that a trace is decoded by: those of a file, or all that this project's cards may carry. */
export async function decodedApplications(path: string | undefined): Promise<readonly ApplicationSpec[]> {
  return path === undefined ? ALL_APPLICATIONS : (await specificationFrom(path)).applications;
}
