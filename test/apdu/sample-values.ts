import { type DataField, type DataObject, encodeTemplate, type Template } from '../../apdu/index.js';

/** Which of the permitted values: the shortest without optional objects, or the longest with all. */
export type Extent = 'shortest' | 'longest';

/** Values that a template permits. */
export function sampleValues(template: Template, extent: Extent): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const field in template) {
    const object = template[field]!;
    if (extent === 'longest' || !object.optional) values[field] = sampleValue(object, extent);
  }
  return values;
}

/** Bytes that a data field permits. */
export function sampleBytes(field: DataField, extent: Extent): Uint8Array {
  if (field.kind === 'none') return new Uint8Array(0);
  if (field.kind === 'template') {
    return encodeTemplate(field.template, sampleValues(field.template, extent) as never);
  }
  return new Uint8Array(extent === 'longest' ? field.max : field.min).fill(0x31);
}

function sampleValue(object: DataObject, extent: Extent): unknown {
  const length = extent === 'longest' ? object.max : object.min;
  switch (object.format) {
    case 'bytes':
      return new Uint8Array(length).fill(0x5a);
    case 'uint':
      return extent === 'longest' ? 2 ** (8 * object.max) - 1 : 0;
    case 'text':
      return 'x'.repeat(length);
    case 'template':
      return sampleValues(object.fields!, extent);
  }
}
