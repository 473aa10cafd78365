/** The shapes of HTTP bodies, from the templates of the protocol: byte strings are base64, everything is bounded. */

import { z } from 'zod';
import type { DataObject, Template, ValuesOf } from '../../apdu/index.js';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** A byte string of `min` to `max` bytes. */
export function bytes(min: number, max = min) {
  const text = z
    .string()
    .max(Math.ceil(max / 3) * 4)
    .regex(BASE64)
    .describe(`base64 of ${min === max ? min : `${min} to ${max}`} bytes`);
  return z.codec(
    text,
    z.custom<Uint8Array>((value) => value instanceof Uint8Array),
    {
      decode(encoded, context) {
        const value = new Uint8Array(Buffer.from(encoded, 'base64'));
        if (value.length >= min && value.length <= max) return value;
        context.issues.push({ code: 'custom', message: `must have ${min} to ${max} bytes`, input: encoded });
        return z.NEVER;
      },
      encode: (value) => Buffer.from(value).toString('base64'),
    },
  );
}

/** The values of a template as a JSON object; nothing else may stand in it. */
export function shape<const T extends Template>(template: T): z.ZodType<ValuesOf<T>> {
  const members = Object.entries(template).map(([name, object]) => {
    const member = memberShape(object).describe(object.name);
    return [name, object.optional ? member.optional() : member];
  });
  return z.strictObject(Object.fromEntries(members)) as unknown as z.ZodType<ValuesOf<T>>;
}

function memberShape(object: DataObject): z.ZodType {
  const { format, min, max, fields } = object;
  switch (format) {
    case 'bytes':
      return bytes(min, max);
    case 'text':
      return z
        .string()
        .refine((text) => Buffer.byteLength(text) >= min && Buffer.byteLength(text) <= max, {
          message: `must have ${min} to ${max} bytes`,
        })
        .refine((text) => Buffer.from(text).toString() === text, { message: 'must be well-formed' });
    case 'uint':
      return z
        .number()
        .int()
        .min(0)
        .max(2 ** (8 * max) - 1);
    case 'template':
      return shape(fields!);
  }
}
