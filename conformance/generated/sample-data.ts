/** Data that break a declaration in one way each, and those at its bounds. */

import {
  type CommandSpec,
  concatBytes,
  type DataField,
  type DataObject,
  dataBounds,
  decodeTlvs,
  encodeTemplate,
  encodeTlv,
  sampleValues,
  type Template,
} from '../../apdu/index.js';

const FILLER = 0x5a;

/** One way in which data are not those declared. */
export type Malformation = { readonly name: string; readonly title: string; readonly data: Uint8Array };

/**
 * Every mandatory object missing, doubled, too short and too long, neighbours swapped, an unknown
 * object behind. Data beyond what the command can hold, or none at all, would be refused for their
 * length and are left out.
 */
export function malformations(command: CommandSpec): readonly Malformation[] {
  if (command.data.kind !== 'template') return [];
  const { max } = dataBounds(command.data);
  return malformedTemplate(command.data.template).filter(({ data }) => data.length > 0 && data.length <= max);
}

function malformedTemplate(template: Template): readonly Malformation[] {
  const sample = encodeTemplate(template, sampleValues(template) as never);
  const objects = decodeTlvs(sample).map(({ tag, value }) => ({
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
    if (object.fields) {
      made.push(
        ...malformedTemplate(object.fields)
          .filter(({ data }) => data.length >= min && data.length <= max)
          .map((inner) => ({
            name: `${tag}-${inner.name}`,
            title: `${inner.title} in ${name}`,
            data: replaced(at, encodeTlv(object.tag, inner.data)),
          })),
      );
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
  return made;
}

/** Data that are permitted, with one field at one of its bounds. */
export type Bound = { readonly data: Uint8Array };

/** The shortest and the longest bytes; of data objects each in turn at its shortest and longest. */
export function permittedBounds(field: DataField): readonly Bound[] {
  if (field.kind === 'none') return [];
  if (field.kind === 'bytes') {
    return [field.min, field.max].map((length) => ({ data: new Uint8Array(length).fill(FILLER) }));
  }
  const values = sampleValues(field.template);
  return Object.entries(field.template)
    .filter(([, object]) => object.format !== 'template' && object.format !== 'uint')
    .flatMap(([name, object]) =>
      [...new Set([object.min, object.max])].map((length) => ({
        data: encodeTemplate(field.template, { ...values, [name]: filled(object, length) } as never),
      })),
    );
}

function filled({ format }: DataObject, length: number): Uint8Array | string {
  return format === 'text' ? 'x'.repeat(length) : new Uint8Array(length).fill(FILLER);
}
