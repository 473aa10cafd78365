/** Command data that a declaration permits: for examples, and for cases in which something else is wrong. */

import { type DataObject, encodeTemplate, type Template } from '../template.js';
import type { DataField } from './specification.js';

const FILLER = 0x5a;

/** Shortest permitted values; only optional objects in a template: the first of them. */
export function sampleData(field: DataField): Uint8Array {
  switch (field.kind) {
    case 'none':
      return new Uint8Array(0);
    case 'bytes':
      return new Uint8Array(field.min).fill(FILLER);
    case 'template':
      return encodeTemplate(field.template, sampleValues(field.template) as never);
  }
}

/** Values of the shortest permitted lengths for a template, as {@link sampleData} has them. */
export function sampleValues(template: Template): Record<string, unknown> {
  const fields = Object.entries(template);
  const mandatory = fields.filter(([, object]) => !object.optional);
  const chosen = mandatory.length > 0 ? mandatory : fields.slice(0, 1);
  return Object.fromEntries(chosen.map(([field, object]) => [field, sampleValue(object)]));
}

function sampleValue(object: DataObject): unknown {
  switch (object.format) {
    case 'bytes':
      return new Uint8Array(object.min).fill(FILLER);
    case 'uint':
      return 1;
    case 'text':
      return 'x'.repeat(object.min);
    case 'template':
      return sampleValues(object.fields!);
  }
}
