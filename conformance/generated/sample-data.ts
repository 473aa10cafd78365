/** Command data that a declaration permits, and data that break it in one way each. */

import {
  type CommandSpec,
  concatBytes,
  type DataField,
  type DataObject,
  dataBounds,
  decodeTlvs,
  encodeTemplate,
  encodeTlv,
  type Template,
} from '../../apdu/index.js';

/** Shortest permitted values; only optional objects in a template: the first of them. */
export function sampleData(field: DataField): Uint8Array {
  switch (field.kind) {
    case 'none':
      return new Uint8Array(0);
    case 'bytes':
      return new Uint8Array(field.min).fill(0x5a);
    case 'template':
      return encodeTemplate(field.template, sampleValues(field.template) as never);
  }
}

function sampleValues(template: Template): Record<string, unknown> {
  const fields = Object.entries(template);
  const mandatory = fields.filter(([, object]) => !object.optional);
  const chosen = mandatory.length > 0 ? mandatory : fields.slice(0, 1);
  return Object.fromEntries(chosen.map(([field, object]) => [field, sampleValue(object)]));
}

function sampleValue(object: DataObject): unknown {
  switch (object.format) {
    case 'bytes':
      return new Uint8Array(object.min).fill(0x5a);
    case 'uint':
      return 1;
    case 'text':
      return 'x'.repeat(object.min);
    case 'template':
      return sampleValues(object.fields!);
  }
}

/** One way in which data are not those declared. */
export type Malformation = { readonly name: string; readonly title: string; readonly data: Uint8Array };

/**
 * Every mandatory object missing, doubled, too short and too long, neighbours swapped, an unknown
 * object behind. Data beyond what the command can hold, or none at all, would be refused for their
 * length and are left out.
 */
export function malformations(command: CommandSpec): readonly Malformation[] {
  if (command.data.kind !== 'template') return [];
  const { template } = command.data;
  const objects = decodeTlvs(sampleData(command.data)).map(({ tag, value }) => ({
    object: Object.values(template).find((declared) => declared.tag === tag)!,
    bytes: encodeTlv(tag, value),
  }));
  const parts = objects.map(({ bytes }) => bytes);
  const replaced = (at: number, ...bytes: readonly Uint8Array[]) =>
    concatBytes(...parts.slice(0, at), ...bytes, ...parts.slice(at + 1));
  const made: Malformation[] = [];
  for (const [at, { object, bytes }] of objects.entries()) {
    const tag = object.tag.toString(16);
    const { name, min, max } = object;
    if (!object.optional) {
      made.push({ name: `${tag}-missing`, title: `${name} missing`, data: replaced(at) });
    }
    made.push({ name: `${tag}-doubled`, title: `${name} doubled`, data: replaced(at, bytes, bytes) });
    if (min > 0) {
      const short = encodeTlv(object.tag, new Uint8Array(min - 1));
      made.push({ name: `${tag}-short`, title: `${name} a byte too short`, data: replaced(at, short) });
    }
    const long = encodeTlv(object.tag, new Uint8Array(max + 1));
    made.push({ name: `${tag}-long`, title: `${name} a byte too long`, data: replaced(at, long) });
    if (at > 0) {
      const swapped = concatBytes(...parts.slice(0, at - 1), bytes, parts[at - 1]!, ...parts.slice(at + 1));
      made.push({ name: `${tag}-early`, title: `${name} before its place`, data: swapped });
    }
  }
  const unknown = concatBytes(...parts, encodeTlv(0xdf7f, new Uint8Array(1)));
  made.push({ name: 'unknown-object', title: 'an unknown object behind', data: unknown });
  const { max } = dataBounds(command.data);
  return made.filter(({ data }) => data.length > 0 && data.length <= max);
}
