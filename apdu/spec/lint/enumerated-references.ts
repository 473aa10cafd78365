/** References in P2: that of a PIN or a key which the application has. */

import { jsonPointer } from '../document/json-reader.js';
import { hex } from '../reference-tables.js';
import type { CommandSpec } from '../specification.js';
import type { ApplicationView } from './application-view.js';
import type { Finding } from './finding.js';
import { declares } from './statuses.js';

/** GENERATE ASYMMETRIC KEY PAIR (ISO/IEC 7816-8:2019, 11.2). */
const MAKES_KEYS: readonly number[] = [0x46, 0x47];
const NOT_FOUND = 0x6a88;

export function lintEnumeratedReferences(view: ApplicationView): readonly Finding[] {
  const { application, commands } = view;
  const pins = new Set(Object.values(application.pins).map((pin) => pin.reference));
  const keys = new Set(Object.values(application.keys ?? {}).map((key) => key.reference));
  return commands.flatMap(({ command, path }) => {
    const known = command.proves === 'pin' ? pins : MAKES_KEYS.includes(command.ins) ? keys : undefined;
    // a command that answers 6A88 says itself that a reference may lead nowhere
    if (!known || declares(view, command, NOT_FOUND)) return [];
    const what = known === pins ? 'PIN' : 'key';
    return valuesOf(command).flatMap(({ value, at }): readonly Finding[] =>
      known.has(value)
        ? []
        : [
            {
              rule: 'unknown-reference',
              severity: 'error',
              path: path + at,
              message: `${command.name} takes the reference ${hex(value)}, and the application has no ${what} of that reference.`,
              remedy: `Declare the ${what}, take the value out, or declare 6A88 for it.`,
            },
          ],
    );
  });
}

function valuesOf({ p2 }: CommandSpec): readonly { readonly value: number; readonly at: string }[] {
  if (p2.kind === 'constant') return [{ value: p2.value, at: jsonPointer('p2', 'value') }];
  if (p2.kind !== 'enum') return [];
  return Object.values(p2.values).map((value, i) => ({ value, at: jsonPointer('p2', 'values', i) }));
}
