/** The fields that a terminal gives for a statement. */

import { decodeTemplate, SW, type Template, TlvError, type ValuesOf } from '../../apdu/index.js';
import { refuse } from '../runtime/status-error.js';

/** Typed values of `bytes`; answers 6A80 when they are not exactly the declared objects. */
export function parseOrRefuse<const T extends Template>(template: T, bytes: Uint8Array): ValuesOf<T> {
  return orIncorrectData(() => decodeTemplate(template, bytes));
}

/** Runs a parser; its TLV errors become 6A80. */
export function orIncorrectData<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof TlvError) return refuse(SW.incorrectData);
    throw error;
  }
}
