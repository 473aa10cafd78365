/** Lengths: in order, the same on both sides of a reference, and such that an APDU can carry them. */

import { maxLength, type Template } from '../../template.js';
import { jsonPointer } from '../document/json-reader.js';
import { lengthText } from '../reference-tables.js';
import { accessNameOf, type CommandSpec, type DataField, dataBounds } from '../specification.js';
import { type ApplicationView, pinsOf } from './application-view.js';
import type { Finding } from './finding.js';
import { placedTemplates } from './templates.js';

/** Longest data of a short command, longest answer of one (ISO/IEC 7816-4:2020, 5.2). */
const SHORT_DATA = 255;
const SHORT_ANSWER = 256;
const GET_RESPONSE = 0xc0;

export function lintLengths(view: ApplicationView): readonly Finding[] {
  return [
    ...view.commands.flatMap(({ command, path }) => [
      ...lintField(command.data, `the data of ${command.name}`, path + jsonPointer('data')),
      ...lintField(command.response, `the answer of ${command.name}`, path + jsonPointer('response')),
      ...carried(view, command, path),
      ...pinLengths(view, command, path),
    ]),
    ...placedTemplates(view).flatMap(({ template, path }) => lintObjects(template, path)),
    ...pinBounds(view),
    ...fileSizes(view),
  ];
}

function ambiguous(path: string, message: string, remedy: string): Finding {
  return { rule: 'ambiguous-length', severity: 'error', path, message, remedy };
}

function lintField(field: DataField, what: string, path: string): readonly Finding[] {
  if (field.kind !== 'bytes') return [];
  if (field.min > field.max) {
    return [
      ambiguous(
        path,
        `For ${what} the least length ${field.min} is above the greatest, ${field.max}.`,
        'Exchange the bounds.',
      ),
    ];
  }
  if (field.optional && field.min === 0) {
    const message = `For ${what} an absent field and an empty one are the same: it is optional and may have 0 bytes.`;
    return [{ ...ambiguous(path, message, 'Leave "optional" out, or raise "min".'), severity: 'warning' }];
  }
  return [];
}

function lintObjects(template: Template, path: string): readonly Finding[] {
  return Object.values(template).flatMap((object, i) => {
    const at = path + jsonPointer(i);
    const { name, min, max, format, fields } = object;
    if (min > max) {
      return [
        ambiguous(
          at,
          `"${name}" has the least length ${min} above the greatest, ${max}.`,
          'Exchange the bounds.',
        ),
      ];
    }
    if (format === 'uint' && min !== max) {
      return [
        ambiguous(
          at,
          `The number "${name}" may have ${lengthText(min, max)} bytes, so one value has several codings.`,
          'Give a number one fixed length, or make it bytes.',
        ),
      ];
    }
    if (fields && maxLength(fields) < min) {
      return [
        ambiguous(
          at,
          `"${name}" holds at most ${maxLength(fields)} bytes and must have ${min}.`,
          'Lower "min".',
        ),
      ];
    }
    return fields ? lintObjects(fields, at + jsonPointer('objects')) : [];
  });
}

function carried({ commands }: ApplicationView, command: CommandSpec, path: string): readonly Finding[] {
  const findings: Finding[] = [];
  const needed =
    command.data.kind === 'template' ? longest(command.data.template) : dataBounds(command.data).max;
  if (needed > SHORT_DATA && !command.chaining) {
    findings.push(
      ambiguous(
        path + jsonPointer('data'),
        `The data of ${command.name} may have ${needed} bytes: more than one short command carries, and it takes no chain.`,
        'Permit chaining, or lower the bounds to 255 bytes.',
      ),
    );
  }
  const answer = dataBounds(command.response).max;
  const fetches = commands.some(({ command: other }) => other.ins === GET_RESPONSE && other.cla === 0);
  if (answer > SHORT_ANSWER && !fetches && !command.readsLe) {
    findings.push(
      ambiguous(
        path + jsonPointer('response'),
        `The answer of ${command.name} may have ${answer} bytes, and the application has no GET RESPONSE for what lies beyond 256.`,
        'Declare GET RESPONSE, or lower the bounds to 256 bytes.',
      ),
    );
  }
  return findings;
}

/** Longest encoding, nested templates by what is in them. */
function longest(template: Template): number {
  return Object.values(template).reduce((sum, object) => {
    const value = object.fields ? Math.min(object.max, longest(object.fields)) : object.max;
    return sum + value + (object.tag > 0xff ? 2 : 1) + (value < 0x80 ? 1 : value <= 0xff ? 2 : 3);
  }, 0);
}

/** What a command takes for a PIN and what the PIN may be. */
function pinLengths(
  { application }: ApplicationView,
  command: CommandSpec,
  path: string,
): readonly Finding[] {
  const { data } = command;
  if (command.proves !== 'pin' || data.kind !== 'bytes') return [];
  const names = new Set(pinsOf(application, command));
  const pins = Object.entries(application.pins).filter(([id, pin]) => names.has(accessNameOf(id, pin)));
  if (pins.length === 0) return [];
  const min = Math.min(...pins.map(([, pin]) => pin.minLength));
  const max = Math.max(...pins.map(([, pin]) => pin.maxLength));
  if (data.min === min && data.max === max) return [];
  return [
    ambiguous(
      path + jsonPointer('data'),
      `${command.name} takes ${lengthText(data.min, data.max)} bytes, and the PINs it proves have ${lengthText(min, max)}.`,
      'Declare the same bounds on both sides.',
    ),
  ];
}

function pinBounds({ application, path }: ApplicationView): readonly Finding[] {
  return Object.values(application.pins).flatMap((pin, i) =>
    pin.minLength > pin.maxLength
      ? [
          ambiguous(
            path + jsonPointer('pins', i),
            `${pin.name} has the least length ${pin.minLength} above the greatest, ${pin.maxLength}.`,
            'Exchange the bounds.',
          ),
        ]
      : [],
  );
}

function fileSizes({ application, path }: ApplicationView): readonly Finding[] {
  return Object.values(application.files).flatMap(({ name, structure, records, size }, i) => {
    const at = path + jsonPointer('files', i);
    if ((structure === 'transparent') !== (records === 0)) {
      return [
        ambiguous(
          at,
          `${name} is ${structure} and has ${records} records.`,
          'A transparent file has 0 records, every other at least one.',
        ),
      ];
    }
    return size === 0 ? [ambiguous(at, `${name} has room for 0 bytes.`, 'Give it a size.')] : [];
  });
}
