/** What to search for: who somebody is, and each value in the forms in which it could stand somewhere. */

import { toHex } from '../../apdu/index.js';
import { type EXAMPLES, exampleText, partOf } from './fhir/example-inputs.js';

/** Texts of a FHIR person that tell who it is. */
export function identifyingTexts(example: (typeof EXAMPLES)[number], part: 'patient' | 'doctor'): string[] {
  const person = partOf(JSON.parse(exampleText(example)), part) as Record<string, unknown>;
  const texts: string[] = [];
  const walk = (value: unknown, key: string): void => {
    if (typeof value === 'string' && ['value', 'text', 'family', 'given', 'birthDate'].includes(key))
      texts.push(value);
    else if (Array.isArray(value)) for (const member of value) walk(member, key);
    else if (typeof value === 'object' && value !== null)
      for (const [name, member] of Object.entries(value)) walk(member, name);
  };
  for (const field of ['identifier', 'name', 'telecom', 'address', 'birthDate']) walk(person[field], field);
  return texts;
}

/** A text as it could stand in JSON, UTF-8, UTF-16 or hexadecimal. */
export function encodings(text: string): Uint8Array[] {
  const utf8 = Buffer.from(text);
  return [
    utf8,
    Buffer.from(text, 'utf16le'),
    Buffer.from(utf8.toString('hex')),
    Buffer.from(asciiJson(text)),
  ];
}

function asciiJson(text: string): string {
  return [...text].map((c) => (c > '~' ? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}` : c)).join('');
}

/** A byte string as it could stand in text or bytes. */
export function forms(value: Uint8Array): Uint8Array[] {
  const hex = toHex(value);
  return [
    value,
    Buffer.from(hex),
    Buffer.from(hex.toUpperCase()),
    Buffer.from(Buffer.from(value).toString('base64')),
  ];
}
