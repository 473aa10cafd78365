/** Data fields: what a host sends may become more, what a host receives may become less. */

import type { DataObject, Template } from '../../template.js';
import { lengthText, tagText } from '../reference-tables.js';
import { type DataField, dataBounds } from '../specification.js';
import type { Changes } from './change.js';

/** `sent` by the host, or `received`: what is good for the one is bad for the other. */
export type Direction = 'sent' | 'received';

export function compareFields(
  changes: Changes,
  direction: Direction,
  before: DataField,
  after: DataField,
): void {
  if (before.kind !== after.kind) {
    changes.breaking(`The field was of the kind ${before.kind} and is of the kind ${after.kind}.`);
    return;
  }
  if (before.kind === 'bytes' && after.kind === 'bytes') {
    changes.text('name', before.name, after.name);
    compareBounds(changes, direction, dataBounds(before), dataBounds(after));
    compareSecret(changes, before.secret, after.secret);
  }
  if (before.kind === 'template' && after.kind === 'template') {
    compareTemplates(changes.at('objects'), direction, before.template, after.template);
  }
}

type Bounds = { readonly min: number; readonly max: number };

function compareBounds(changes: Changes, direction: Direction, before: Bounds, after: Bounds): void {
  if (before.min === after.min && before.max === after.max) return;
  const change = `was ${lengthText(before.min, before.max)} bytes and is ${lengthText(after.min, after.max)}`;
  const contains = (outer: Bounds, inner: Bounds) => outer.min <= inner.min && outer.max >= inner.max;
  const fits = direction === 'sent' ? contains(after, before) : contains(before, after);
  if (fits) changes.compatible(`The length ${change}.`);
  else if (direction === 'sent')
    changes.breaking(`The length ${change}: what was long enough may be refused.`);
  else
    changes.breaking(
      `The length ${change}: a host may get what it has no room for, or less than it counts on.`,
    );
}

function compareSecret(changes: Changes, before: true | undefined, after: true | undefined): void {
  if (before === after) return;
  changes.compatible(after ? 'It is secret now: traces no longer show it.' : 'It is no longer secret.');
}

export function compareTemplates(
  changes: Changes,
  direction: Direction,
  before: Template,
  after: Template,
): void {
  for (const [field, object] of Object.entries(before)) {
    const other = after[field];
    if (other) compareObjects(changes.at(field), direction, object, other);
    else gone(changes.at(field), direction, object);
  }
  for (const [field, object] of Object.entries(after)) {
    if (!(field in before)) come(changes.at(field), direction, object);
  }
  const order = (from: Template, other: Template) => Object.keys(from).filter((field) => field in other);
  if (order(before, after).join() !== order(after, before).join()) {
    changes.breaking('The data objects come in another order.');
  }
}

function gone(changes: Changes, direction: Direction, { name, tag, optional }: DataObject): void {
  const what = `"${name}" (${tagText(tag)}) is gone`;
  if (direction === 'received' && optional) changes.compatible(`${what}; it could always be absent.`);
  else if (direction === 'received') changes.breaking(`${what}: a host that reads it finds nothing.`);
  else changes.breaking(`${what}: a command with it is refused.`);
}

function come(changes: Changes, direction: Direction, { name, tag, optional }: DataObject): void {
  const what = `"${name}" (${tagText(tag)}) is new`;
  if (direction === 'received')
    changes.breaking(`${what}: a host that takes declared objects only refuses the answer.`);
  else if (optional) changes.compatible(`${what} and may be absent.`);
  else changes.breaking(`${what}: a command without it is refused.`);
}

function compareObjects(changes: Changes, direction: Direction, before: DataObject, after: DataObject): void {
  if (before.tag !== after.tag) changes.fixed('tag', tagText(before.tag), tagText(after.tag));
  changes.fixed('format', before.format, after.format);
  changes.fixed('unit', before.unit ?? 'none', after.unit ?? 'none');
  changes.text('name', before.name, after.name);
  compareSecret(changes, before.secret, after.secret);
  if (before.optional !== after.optional) {
    const looser = direction === 'sent' ? after.optional === true : before.optional === true;
    const message = after.optional ? 'It may be absent now.' : 'It must be there now.';
    changes.add(looser ? 'compatible' : 'breaking', message);
  }
  if (before.fields && after.fields)
    compareTemplates(changes.at('objects'), direction, before.fields, after.fields);
  else compareBounds(changes, direction, before, after);
}
