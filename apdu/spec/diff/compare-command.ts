/** One command before and after. */

import { hex, statusText } from '../reference-tables.js';
import {
  acceptsParameter,
  type CommandSpec,
  type CommandStatus,
  type LifeCycle,
  type Parameter,
} from '../specification.js';
import type { Changes } from './change.js';
import { compareAccess } from './compare-access.js';
import { compareFields } from './compare-field.js';

const BYTES: readonly number[] = Array.from({ length: 256 }, (_, value) => value);

export function compareCommands(changes: Changes, before: CommandSpec, after: CommandSpec): void {
  for (const member of ['name', 'clause', 'summary'] as const) {
    changes.at(member).text(member, before[member], after[member]);
  }
  changes.at('cla').fixed('class', hex(before.cla), hex(after.cla));
  changes.at('ins').fixed('instruction', hex(before.ins), hex(after.ins));
  compareParameters(changes.at('p1'), before.p1, after.p1);
  compareParameters(changes.at('p2'), before.p2, after.p2);
  compareFields(changes.at('data'), 'sent', before.data, after.data);
  compareFields(changes.at('response'), 'received', before.response, after.response);
  compareChaining(changes.at('chaining'), before, after);
  const lengths = [before, after].map(({ readsLe }) =>
    readsLe ? 'how much is read' : 'how much is taken at once',
  );
  changes.at('readsLe').fixed('meaning of Le', lengths[0]!, lengths[1]!);
  compareProtection(changes, before, after);
  compareAccess(changes.at('access'), before.access, after.access);
  const operation = ({ fileOperation = 'read' }: CommandSpec) => fileOperation;
  changes.at('fileOperation').fixed('rule of the file that counts', operation(before), operation(after));
  compareStates(changes.at('states'), before.states, after.states);
  changes.at('leadsTo').fixed('state it leads to', before.leadsTo ?? 'none', after.leadsTo ?? 'none');
  changes.at('proves').fixed('thing it proves', before.proves ?? 'none', after.proves ?? 'none');
  if (before.namesObject !== after.namesObject) {
    changes.at('namesObject').compatible('Another status word tells that P1-P2 are not declared.');
  }
  compareEffect(changes.at('effect'), before, after);
  compareStatuses(changes.at('status'), before.status, after.status);
  if (JSON.stringify(before.examples ?? []) !== JSON.stringify(after.examples ?? [])) {
    changes.at('examples').words('The examples are others.');
  }
}

function compareParameters(changes: Changes, before: Parameter, after: Parameter): void {
  const lost = BYTES.filter((value) => acceptsParameter(before, value) && !acceptsParameter(after, value));
  const won = BYTES.filter((value) => !acceptsParameter(before, value) && acceptsParameter(after, value));
  if (lost.length > 0) changes.breaking(`${listed(lost)} no longer accepted.`);
  if (won.length > 0) changes.compatible(`${listed(won)} accepted as well.`);
  if (before.kind !== 'constant' && after.kind !== 'constant') changes.text('name', before.name, after.name);
  compareMeanings(changes, meaningsOf(before), meaningsOf(after));
}

function listed(values: readonly number[]): string {
  const shown = values
    .slice(0, 4)
    .map((value) => hex(value))
    .join(', ');
  const rest = values.length > 4 ? ` and ${values.length - 4} more` : '';
  return `${shown}${rest} ${values.length === 1 ? 'is' : 'are'}`;
}

function meaningsOf(parameter: Parameter): { readonly [meaning: string]: number } {
  if (parameter.kind === 'enum') return parameter.values;
  return parameter.kind === 'short-file' ? (parameter.modes ?? {}) : {};
}

/** The same value under another meaning: a rename, unless that meaning had another value before. */
function compareMeanings(
  changes: Changes,
  before: { readonly [meaning: string]: number },
  after: { readonly [meaning: string]: number },
): void {
  for (const [meaning, value] of Object.entries(before)) {
    const now = after[meaning];
    if (now !== undefined && now !== value) {
      changes.breaking(`"${meaning}" was ${hex(value)} and is ${hex(now)}.`);
    } else if (now === undefined) {
      const renamed = Object.keys(after).find((name) => after[name] === value && !(name in before));
      if (renamed !== undefined)
        changes.words(`${hex(value)} was called "${meaning}" and is called "${renamed}".`);
    }
  }
}

function compareChaining(changes: Changes, before: CommandSpec, after: CommandSpec): void {
  if (before.chaining === after.chaining) return;
  if (after.chaining) changes.compatible('The data may come in a chain now.');
  else changes.breaking('The data may no longer come in a chain.');
}

function compareProtection(changes: Changes, before: CommandSpec, after: CommandSpec): void {
  changes
    .at('secureMessaging')
    .fixed('secure channel it needs', before.secureMessaging ?? 'none', after.secureMessaging ?? 'none');
  const states = ({ secureMessagingIn, states: all }: CommandSpec) => (secureMessagingIn ?? all).join(', ');
  if (
    after.secureMessaging &&
    before.secureMessaging &&
    before.secureMessagingIn !== after.secureMessagingIn
  ) {
    changes.at('secureMessagingIn').fixed('states in which it needs it', states(before), states(after));
  }
}

function compareStates(changes: Changes, before: readonly LifeCycle[], after: readonly LifeCycle[]): void {
  const lost = before.filter((state) => !after.includes(state));
  const won = after.filter((state) => !before.includes(state));
  if (lost.length > 0) changes.breaking(`No longer permitted in the state ${lost.join(', ')}.`);
  if (won.length > 0) changes.compatible(`Permitted in the state ${won.join(', ')} as well.`);
}

function compareEffect(
  changes: Changes,
  { effect: before }: CommandSpec,
  { effect: after }: CommandSpec,
): void {
  if (before === after) return;
  const message = `What it changes on the card was "${before}" and is "${after}".`;
  // a host that repeats a command freely may do that no longer once it writes
  if (after === 'persistent') changes.breaking(message);
  else changes.compatible(message);
}

export function compareStatuses(
  changes: Changes,
  before: readonly CommandStatus[],
  after: readonly CommandStatus[],
): void {
  const find = (list: readonly CommandStatus[], { status }: CommandStatus) =>
    list.find((one) => one.status.sw === status.sw && one.status.mask === status.mask);
  for (const one of before) {
    const text = statusText(one.status.sw, one.status.mask);
    const other = find(after, one);
    if (!other) changes.compatible(`${text} is no longer answered.`);
    else if (other.reason !== one.reason) changes.at(text).words(`The reason for ${text} reads otherwise.`);
  }
  for (const one of after) {
    if (find(before, one)) continue;
    const text = statusText(one.status.sw, one.status.mask);
    if (isRefusal(one.status.sw)) changes.compatible(`${text} is a new refusal: ${one.reason}.`);
    else
      changes.breaking(
        `${text} is new and no refusal (${one.reason}): a host that waits for 9000 stops there.`,
      );
  }
}

/** SW1 64 to 6F refuses; 9000, 61, 62 and 63 say that something was done (ISO/IEC 7816-4:2020, 5.6). */
function isRefusal(sw: number): boolean {
  return sw >= 0x6400 && sw < 0x7000;
}
