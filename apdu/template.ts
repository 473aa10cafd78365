/**
 * Templates: typed sequences of data objects. One language describes command data, responses,
 * certificates, statements and messages; encoder, strict decoder, types and documentation derive
 * from the same table.
 */

import { bytesToUint, bytesToUtf8, uintToBytes, utf8ToBytes } from './bytes.js';
import { decodeTlvs, encodeTlv, TlvError, tlvLength, writeTlv } from './tlv.js';

/** What the value bytes of a data object mean. `uint` is big-endian with a fixed length. */
export type Format = 'bytes' | 'uint' | 'text' | 'template';

/** A data object as the specification declares it. Lengths are those of the value, in bytes. */
export type DataObject = {
  readonly tag: number;
  /** The standard's name for it. */
  readonly name: string;
  readonly format: Format;
  readonly min: number;
  readonly max: number;
  /** What a `uint` counts: whole seconds since 1970-01-01T00:00:00Z. */
  readonly unit?: 'unix-seconds';
  /** Never shown in a trace, an error or a report. */
  readonly secret?: true;
  /** Members of a constructed object (format `template`). */
  readonly fields?: Template;
  /** May be absent. Every object stands at most once, in the declared order. */
  readonly optional?: true;
};

/** Data objects by field name; the order of declaration is the order on the wire. */
export type Template = { readonly [field: string]: DataObject };

type ValueOf<O extends DataObject> = O['format'] extends 'uint'
  ? number
  : O['format'] extends 'text'
    ? string
    : O['format'] extends 'template'
      ? O extends { readonly fields: infer F extends Template }
        ? ValuesOf<F>
        : never
      : Uint8Array;

type OptionalFields<T extends Template> = {
  [K in keyof T]: T[K] extends { readonly optional: true } ? K : never;
}[keyof T];

/** The typed values of a template. */
export type ValuesOf<T extends Template> = {
  readonly [K in Exclude<keyof T, OptionalFields<T>>]: ValueOf<T[K]>;
} & {
  readonly [K in OptionalFields<T>]?: ValueOf<T[K]> | undefined;
};

/** Declares a byte string of `min` to `max` bytes. */
export function bytesObject<const T extends number>(tag: T, name: string, min: number, max = min) {
  return { tag, name, format: 'bytes', min, max } as const;
}

/** Declares an unsigned big-endian integer of exactly `length` bytes. */
export function uintObject<const T extends number>(tag: T, name: string, length: number) {
  return { tag, name, format: 'uint', min: length, max: length } as const;
}

/** Declares a point in time: whole seconds since 1970-01-01T00:00:00Z in 4 bytes. */
export function timeObject<const T extends number>(tag: T, name: string) {
  return { ...uintObject(tag, name, 4), unit: 'unix-seconds' } as const;
}

/** Declares a UTF-8 text of `min` to `max` bytes. */
export function textObject<const T extends number>(tag: T, name: string, min: number, max: number) {
  return { tag, name, format: 'text', min, max } as const;
}

/** Declares a constructed object with the given members; its bounds follow from theirs. */
export function templateObject<const T extends number, const F extends Template>(
  tag: T,
  name: string,
  fields: F,
) {
  return { tag, name, format: 'template', min: 0, max: maxLength(fields), fields } as const;
}

/** The same object, masked wherever it would be shown. */
export function secret<const O extends DataObject>(object: O) {
  return { ...object, secret: true } as const;
}

/** The same object, permitted to be absent. */
export function optional<const O extends DataObject>(object: O) {
  return { ...object, optional: true } as const;
}

/** Longest encoding of a template, in bytes. */
export function maxLength(template: Template): number {
  let sum = 0;
  for (const object of Object.values(template)) {
    sum += object.max + (object.tag > 0xff ? 2 : 1) + (object.max < 0x80 ? 1 : object.max <= 0xff ? 2 : 3);
  }
  return sum;
}

function valueToBytes(object: DataObject, value: unknown): Uint8Array {
  switch (object.format) {
    case 'bytes':
      return value as Uint8Array;
    case 'uint':
      return uintToBytes(value as number, object.max);
    case 'text':
      return utf8ToBytes(value as string);
    case 'template':
      return encodeTemplate(object.fields!, value as ValuesOf<Template>);
  }
}

function valueFromBytes(object: DataObject, bytes: Uint8Array): unknown {
  switch (object.format) {
    case 'bytes':
      return bytes;
    case 'uint':
      return bytesToUint(bytes);
    case 'text':
      return bytesToUtf8(bytes);
    case 'template':
      return decodeTemplate(object.fields!, bytes);
  }
}

/** Encodes one declared object with its tag. @throws {RangeError} when the value breaks the declared length. */
export function encodeObject<const O extends DataObject>(object: O, value: ValueOf<O>): Uint8Array {
  return encodeTlv(object.tag, checkedValue(object, value));
}

/** @throws {RangeError} */
function checkedValue(object: DataObject, value: unknown): Uint8Array {
  const bytes = valueToBytes(object, value);
  if (bytes.length < object.min || bytes.length > object.max) {
    throw new RangeError(`${object.name}: ${bytes.length} bytes, allowed are ${object.min} to ${object.max}`);
  }
  return bytes;
}

/**
 * Canonical bytes of `values`: the declared objects in the declared order.
 * @throws {RangeError} naming the field whose value is missing or has a length not allowed.
 */
export function encodeTemplate<const T extends Template>(template: T, values: ValuesOf<T>): Uint8Array {
  // Two turns, so that the bytes are written once: every signature and every answer comes by here.
  const tags: number[] = [];
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const field in template) {
    const object = template[field]!;
    const value = (values as Record<string, unknown>)[field];
    if (value === undefined) {
      if (!object.optional) throw new RangeError(`${object.name} is missing`);
      continue;
    }
    const bytes = checkedValue(object, value);
    tags.push(object.tag);
    parts.push(bytes);
    length += tlvLength(object.tag, bytes.length);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (let i = 0; i < parts.length; i++) at = writeTlv(whole, at, tags[i]!, parts[i]!);
  return whole;
}

/**
 * Typed values of `bytes`; byte values are views.
 * @throws {TlvError} for a missing, doubled, reordered or unknown object, or a length not allowed.
 */
export function decodeTemplate<const T extends Template>(template: T, bytes: Uint8Array): ValuesOf<T> {
  const objects = decodeTlvs(bytes);
  const values: Record<string, unknown> = {};
  let next = 0;
  for (const field in template) {
    const declared = template[field]!;
    const found = objects[next];
    if (found?.tag !== declared.tag) {
      if (declared.optional) continue;
      throw new TlvError(
        `${declared.name} (tag ${declared.tag.toString(16)}) expected`,
        offsetOf(bytes, found?.value),
      );
    }
    const { value } = found;
    if (value.length < declared.min || value.length > declared.max) {
      throw new TlvError(`${declared.name} has ${value.length} bytes`, offsetOf(bytes, value));
    }
    try {
      values[field] = valueFromBytes(declared, value);
    } catch (error) {
      if (error instanceof TlvError) throw error;
      throw new TlvError(`${declared.name} is ${(error as Error).message}`, offsetOf(bytes, value));
    }
    next++;
  }
  const extra = objects[next];
  if (extra) throw new TlvError(`unexpected tag ${extra.tag.toString(16)}`, offsetOf(bytes, extra.value));
  return values as ValuesOf<T>;
}

function offsetOf(bytes: Uint8Array, view: Uint8Array | undefined): number {
  return view ? view.byteOffset - bytes.byteOffset : bytes.length;
}
