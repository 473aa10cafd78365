/** Markdown tables of the reference documentation: parameters, data objects, status words. */

import { toHex, uintToBytes } from '../bytes.js';
import { SECURE_CHANNEL_CLASS_BIT } from '../scp03/message.js';
import { SECURE_MESSAGING_CLASS_BITS } from '../secure-messaging.js';
import type { DataObject, Template } from '../template.js';
import type { CommandSpec, CommandStatus, DataField, Parameter } from './specification.js';
import { dataBounds, recordModes, takesSession } from './specification.js';

/** `value` as upper-case hexadecimal of `length` bytes. */
export function hex(value: number, length = 1): string {
  return toHex(uintToBytes(value, length)).toUpperCase();
}

/** A tag as it stands on the wire: one byte or two. */
export function tagText(tag: number): string {
  return hex(tag, tag > 0xff ? 2 : 1);
}

/** A Markdown table; cells may hold any text. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** "16", "1 to 120". */
export function lengthText(min: number, max: number): string {
  return min === max ? String(min) : `${min} to ${max}`;
}

/** The bytes that a parameter may have, for a header: "9E", "00–FE", "81". */
export function parameterBytes(parameter: Parameter): string {
  switch (parameter.kind) {
    case 'constant':
      return hex(parameter.value);
    case 'enum':
      return Object.values(parameter.values)
        .map((value) => hex(value))
        .join('/');
    case 'range':
      return `${hex(parameter.min)}–${hex(parameter.max)}`;
    case 'short-file':
      return `${hex(parameter.mode)}–${hex((30 << 3) | recordModes(parameter).at(-1)!)}`;
  }
}

function parameterMeaning(parameter: Parameter): string {
  switch (parameter.kind) {
    case 'constant':
      return '';
    case 'enum': {
      const values = Object.entries(parameter.values).map(([meaning, value]) => `${hex(value)} ${meaning}`);
      return `${parameter.name}: ${values.join(', ')}`;
    }
    case 'range':
      return parameter.name;
    case 'short-file':
      return `bits 8–4: ${parameter.name} (0: the current file), bits 3–1: ${modesText(parameter)}`;
  }
}

function modesText({ mode, modes }: Extract<Parameter, { kind: 'short-file' }>): string {
  const bits = (value: number) => value.toString(2).padStart(3, '0');
  if (!modes) return bits(mode);
  return Object.entries(modes)
    .map(([meaning, value]) => `${bits(value)} ${meaning}`)
    .join(', ');
}

/** The command byte by byte. */
export function byteTable(command: CommandSpec): string {
  const { min, max } = dataBounds(command.data);
  const chained = command.chaining
    ? `; ${hex(command.cla | 0x10)} for every link of a chain but the last`
    : '';
  const channel = command.secureMessaging
    ? `; ${hex(command.cla | SECURE_CHANNEL_CLASS_BIT)} in the secure channel of personalisation`
    : '';
  const session = takesSession(command)
    ? `; ${hex(command.cla | SECURE_MESSAGING_CLASS_BITS)} in a session between cards`
    : '';
  const rows = [
    [
      'CLA',
      hex(command.cla),
      `${command.cla === 0 ? 'interindustry' : 'proprietary'}${channel}${session}${chained}`,
    ],
    ['INS', hex(command.ins), command.name],
    ['P1', parameterBytes(command.p1), parameterMeaning(command.p1)],
    ['P2', parameterBytes(command.p2), parameterMeaning(command.p2)],
    ...(max === 0 ? [] : [['Lc', min === max ? hex(max, max > 255 ? 2 : 1) : '', 'length of the data']]),
    ...(max === 0 ? [] : [['data', '', dataText(command.data)]]),
    ...(command.response.kind === 'none' ? [] : [['Le', '00', 'the whole answer']]),
  ];
  return table(['byte', 'value', 'meaning'], rows);
}

/** A data field in one phrase. */
export function dataText(field: DataField): string {
  switch (field.kind) {
    case 'none':
      return 'none';
    case 'bytes': {
      const marks = [...(field.secret ? ['secret'] : []), ...(field.optional ? ['may be absent'] : [])];
      const length = `${lengthText(field.min, field.max)} bytes`;
      return `${field.name} (${[length, ...marks].join(', ')})`;
    }
    case 'template':
      return 'data objects, in this order';
  }
}

/** The members of a template, nested ones indented. */
export function objectTable(template: Template): string {
  return table(['tag', 'data object', 'format', 'bytes', ''], objectRows(template, ''));
}

function objectRows(template: Template, indent: string): string[][] {
  return Object.values(template).flatMap((object) => [
    [
      `${indent}${tagText(object.tag)}`,
      object.name,
      formatText(object),
      lengthText(object.min, object.max),
      [...(object.optional ? ['optional'] : []), ...(object.secret ? ['secret'] : [])].join(', '),
    ],
    ...(object.fields ? objectRows(object.fields, `${indent}· `) : []),
  ]);
}

function formatText(object: DataObject): string {
  return object.unit === 'unix-seconds' ? 'seconds since 1970' : object.format;
}

/** Status words with what they mean for the command that answers them. */
export function statusTable(statuses: readonly CommandStatus[]): string {
  const rows = statuses.map(({ status, reason }) => [
    statusText(status.sw, status.mask),
    status.meaning,
    reason,
  ]);
  return table(['status', 'ISO/IEC 7816-4:2020, 5.6', 'here'], rows);
}

/** "6A82", or "63Cx" and "61xx" for a family. */
export function statusText(sw: number, mask: number): string {
  const digits = mask === 0xffff ? 4 : mask === 0xfff0 ? 3 : 2;
  return hex(sw, 2).slice(0, digits).padEnd(4, 'x');
}
