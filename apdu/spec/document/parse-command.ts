/** A command of a specification in JSON, and the parts that commands and files share. */

import { type StatusWord, SW } from '../../status-word.js';
import type { DataObject, Template } from '../../template.js';
import type {
  AccessRule,
  CommandSpec,
  CommandStatus,
  DataField,
  LifeCycle,
  Parameter,
  SecureChannelRule,
} from '../specification.js';
import type { JsonMembers, JsonValue } from './json-reader.js';

/** Longest data field that an extended APDU carries. */
const MAX_LENGTH = 65536;
const STATES = ['initialisation', 'operational', 'deactivated', 'terminated'] as const;
const SECURE_CHANNEL_RULES = ['none', 'scp03 authentication', 'scp03 C-MAC', 'scp03 C-DECRYPTION'] as const;
const MASKS = ['FFFF', 'FFF0', 'FF00'] as const;

/** Meanings of status words that a document defines itself. */
export type Meanings = ReadonlyMap<number, string>;

export const readState = (value: JsonValue): LifeCycle => value.oneOf(...STATES);

export function readRule(value: JsonValue): AccessRule {
  if (typeof value.value === 'string') return value.oneOf('always', 'never');
  return value.object((members): AccessRule => {
    const kinds = ['pin', 'role', 'state', 'all', 'any'] as const;
    for (const kind of kinds) {
      const member = members.may(kind);
      if (!member) continue;
      if (kind === 'all') return { all: member.list(readRule, 1) };
      if (kind === 'any') return { any: member.list(readRule, 1) };
      if (kind === 'state') return { state: readState(member) };
      return kind === 'pin' ? { pin: member.identifier() } : { role: member.identifier() };
    }
    return value.fail(`must be always, never, or an object with one of ${kinds.join(', ')}`);
  });
}

function readObject(value: JsonValue): readonly [string, DataObject] {
  return value.object((members) => {
    const field = members.need('field').identifier();
    const tag = members.need('tag').code(1, 2);
    const format = members.need('format').oneOf('bytes', 'uint', 'text', 'template');
    const object = {
      tag,
      name: members.need('name').text(),
      format,
      min: members.need('min').integer(0, MAX_LENGTH),
      max: members.need('max').integer(0, MAX_LENGTH),
      ...members.optional('unit', (unit) => unit.oneOf('unix-seconds')),
      ...members.optional('secret', (flag) => flag.flag()),
      ...members.optional('optional', (flag) => flag.flag()),
    };
    const inner = format === 'template' ? members.need('objects') : members.may('objects');
    if (inner && format !== 'template') inner.fail('belongs to a data object of the format template only');
    return [field, inner ? { ...object, fields: readTemplate(inner) } : object];
  });
}

export function readTemplate(value: JsonValue): Template {
  return value.named(readObject, 1);
}

export function readStatus(value: JsonValue, meanings: Meanings): CommandStatus {
  return value.object((members) => {
    const status = readStatusWord(members, meanings);
    return { status, reason: members.need('reason').text() };
  });
}

/** `sw` and `mask` with the meaning of the document, or of the standard. */
export function readStatusWord(members: JsonMembers, meanings: Meanings): StatusWord {
  const sw = members.need('sw').code(2);
  const mask = Number.parseInt(members.need('mask').oneOf(...MASKS), 16);
  const standard = Object.values(SW).find((word) => word.sw === sw && word.mask === mask);
  return standard && !meanings.has(sw)
    ? standard
    : { sw, mask, meaning: meanings.get(sw) ?? 'as the specification says' };
}

function readValues(value: JsonValue): { readonly [meaning: string]: number } {
  const one = (item: JsonValue) =>
    item.object((members) => [members.need('meaning').text(), members.need('value').code(1)] as const);
  return value.named(one, 1);
}

function readParameter(value: JsonValue): Parameter {
  return value.object((members): Parameter => {
    const kind = members.need('kind').oneOf('constant', 'enum', 'range', 'short-file');
    if (kind === 'constant') return { kind, value: members.need('value').code(1) };
    const name = members.need('name').text();
    switch (kind) {
      case 'enum':
        return { kind, name, values: readValues(members.need('values')) };
      case 'range':
        return { kind, name, min: members.need('min').code(1), max: members.need('max').code(1) };
      case 'short-file':
        return { kind, name, mode: members.need('mode').code(1), ...members.optional('modes', readValues) };
    }
  });
}

function readField(value: JsonValue): DataField {
  return value.object((members): DataField => {
    const kind = members.need('kind').oneOf('none', 'bytes', 'template');
    if (kind === 'none') return { kind };
    if (kind === 'template') return { kind, template: readTemplate(members.need('objects')) };
    return {
      kind,
      name: members.need('name').text(),
      min: members.need('min').integer(0, MAX_LENGTH),
      max: members.need('max').integer(0, MAX_LENGTH),
      ...members.optional('secret', (flag) => flag.flag()),
      ...members.optional('optional', (flag) => flag.flag()),
    };
  });
}

function readAccess(value: JsonValue): CommandSpec['access'] {
  return value.value === 'by file' || value.value === 'by algorithm' ? value.value : readRule(value);
}

/** A command with its identifier. */
export function readCommand(value: JsonValue, meanings: Meanings): readonly [string, CommandSpec] {
  return value.object((members) => {
    const secureMessaging = members.may('secureMessaging')?.oneOf(...SECURE_CHANNEL_RULES) ?? 'none';
    // follows from the access rule; a document may state it for its readers
    members.may('takesSession')?.boolean();
    const command: CommandSpec = {
      id: members.need('id').identifier(),
      name: members.need('name').text(),
      clause: members.need('clause').text(),
      summary: members.need('summary').text(),
      cla: Number.parseInt(members.need('cla').oneOf('00', '80'), 16) as 0x00 | 0x80,
      ins: members.need('ins').code(1),
      p1: readParameter(members.need('p1')),
      p2: readParameter(members.need('p2')),
      data: readField(members.need('data')),
      response: readField(members.need('response')),
      ...(members.may('chaining')?.boolean() ? { chaining: true } : {}),
      ...(members.may('readsLe')?.boolean() ? { readsLe: true } : {}),
      ...(members.may('answersWithoutLe')?.boolean() ? { answersWithoutLe: true } : {}),
      ...(secureMessaging === 'none' ? {} : { secureMessaging: secureMessaging as SecureChannelRule }),
      ...members.optional('secureMessagingIn', (states) => states.list(readState, 1)),
      access: readAccess(members.need('access')),
      ...members.optional('fileOperation', (name) => name.oneOf('read', 'update', 'append')),
      states: members.need('states').list(readState, 1),
      ...members.optional('leadsTo', readState),
      ...members.optional('proves', (what) => what.oneOf('pin', 'role')),
      status: members.need('status').list((status) => readStatus(status, meanings)),
      ...members.optional('namesObject', (flag) => flag.flag()),
      effect: members.need('effect').oneOf('none', 'session', 'persistent'),
      examples: (members.may('examples')?.list(readExample) ?? []) as CommandSpec['examples'] & {},
    };
    return [command.id, command];
  });
}

function readExample(value: JsonValue) {
  return value.object((members) => ({
    title: members.need('title').text(),
    command: members.need('command').hex(4, Number.MAX_SAFE_INTEGER),
  }));
}
