/**
 * Data fields for people: each data object by its name, with a readable value. A value declared
 * secret is left out here, so that nothing behind this file can show it.
 */

import { bytesToUint, bytesToUtf8, toHex } from '../bytes.js';
import { PATIENT_CERTIFICATE_OBJECT, ROLE_CERTIFICATE_OBJECT } from '../statement/certificate.js';
import { type DataObject, decodeTemplate, type Template } from '../template.js';
import { decodeTlvs, TlvError } from '../tlv.js';
import { decodeData } from './request.js';
import type { DataField } from './specification.js';

/** One data object as a trace shows it. */
export type DecodedObject = {
  readonly name: string;
  /** Hexadecimal; absent for a data field that is no data object. */
  readonly tag?: string;
  /** Length of the value in bytes. */
  readonly length: number;
  /** A number, a text, or bytes in hexadecimal; absent for a secret or a constructed object. */
  readonly value?: number | string;
  /** The value as UTC in ISO 8601, for a point in time. */
  readonly time?: string;
  /** The value is a secret and was left out. */
  readonly secret?: true;
  readonly members?: readonly DecodedObject[];
  /** Why the bytes are not what is declared. */
  readonly fault?: string;
};

/** Whether a template has a member, at any depth, that may not be shown. */
export function templateHasSecret(template: Template): boolean {
  return Object.values(template).some(
    (object) => object.secret === true || (object.fields !== undefined && templateHasSecret(object.fields)),
  );
}

/** Whether a data field may carry something that may not be shown. */
export function fieldHasSecret(field: DataField): boolean {
  return field.kind === 'bytes'
    ? field.secret === true
    : field.kind === 'template' && templateHasSecret(field.template);
}

/** `seconds` since 1970 as UTC in ISO 8601. */
export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** Bytes without a declaration. */
export function rawObject(name: string, bytes: Uint8Array, fault?: string): DecodedObject {
  return { name, length: bytes.length, value: toHex(bytes), ...(fault === undefined ? {} : { fault }) };
}

/** Bytes that may not be shown: their length only. */
export function secretObject(name: string, bytes: Uint8Array, fault?: string): DecodedObject {
  return { name, length: bytes.length, secret: true, ...(fault === undefined ? {} : { fault }) };
}

/**
 * The data objects of a data field. Bytes that do not fit the declaration come back as one raw
 * object with the reason; if the field may carry a secret, only with their length, because even
 * the reason ("unexpected tag 31") could be a digit of a misplaced PIN.
 */
export function decodeField(field: DataField, bytes: Uint8Array): DecodedObject[] {
  try {
    decodeData(field, bytes);
  } catch (error) {
    if (!(error instanceof TlvError)) throw error;
    const name = field.kind === 'bytes' ? field.name : 'data';
    return [
      fieldHasSecret(field)
        ? secretObject(name, bytes, 'not as declared')
        : rawObject(name, bytes, error.message),
    ];
  }
  if (field.kind === 'template') return decodeObjects(field.template, bytes);
  if (field.kind === 'none' || bytes.length === 0) return [];
  return [
    field.secret ? secretObject(field.name, bytes) : withCertificate(rawObject(field.name, bytes), bytes),
  ];
}

/** The members of a template that `bytes` hold. @throws {TlvError} when they are not what is declared. */
export function decodeObjects(template: Template, bytes: Uint8Array): DecodedObject[] {
  decodeTemplate(template, bytes);
  const declared = new Map(Object.values(template).map((object) => [object.tag, object]));
  return decodeTlvs(bytes).map(({ tag, value }) => decodeObject(declared.get(tag)!, value));
}

function decodeObject(declared: DataObject, value: Uint8Array): DecodedObject {
  const shown = { name: declared.name, tag: declared.tag.toString(16), length: value.length };
  if (declared.secret) return { ...shown, secret: true };
  switch (declared.format) {
    case 'template':
      return { ...shown, members: decodeObjects(declared.fields!, value) };
    case 'text':
      return { ...shown, value: bytesToUtf8(value) };
    case 'uint': {
      const number = bytesToUint(value);
      return { ...shown, value: number, ...(declared.unit ? { time: isoTime(number) } : {}) };
    }
    case 'bytes':
      return withCertificate({ ...shown, value: toHex(value) }, value);
  }
}

/** Certificates travel as byte strings, because a card keeps them whole; a reader wants their fields. */
function withCertificate(object: DecodedObject, bytes: Uint8Array): DecodedObject {
  const members = certificateMembers(bytes);
  if (!members) return object;
  const { value: _, ...rest } = object;
  return { ...rest, members };
}

function certificateMembers(bytes: Uint8Array): readonly DecodedObject[] | undefined {
  for (const certificate of [PATIENT_CERTIFICATE_OBJECT, ROLE_CERTIFICATE_OBJECT]) {
    try {
      return decodeObjects({ certificate }, bytes);
    } catch (error) {
      if (!(error instanceof TlvError)) throw error;
    }
  }
  return undefined;
}
