/** What one command executes, as counted in an instrumented run; the document that `predict` prices. */
import { z } from 'zod';

const count = z.number().nonnegative();

const countsSchema = z.looseObject({
  /** All bytecodes; used only where the split by class is absent. */
  bytecodes: count.optional(),
  /** Locals, constants, arithmetic, branches. */
  bytecodes_local: count.optional(),
  /** Array, field and static access. */
  bytecodes_memory: count.optional(),
  /** Calls and returns. */
  bytecodes_invoke: count.optional(),
  /** Pairs that a converter fuses: a part of the locals, not priced apart. */
  merged: count.optional(),
  /** Persistent field writes that change the value. */
  putfield_changed: count.optional(),
  /** Elements written to persistent arrays. */
  persistent_array_stores: count.optional(),
  /** Data bytes of the command and of the response. */
  apdu_in: count.optional(),
  apdu_out: count.optional(),
  /** Call, parameters after bars → how often. */
  api: z.record(z.string(), count).optional(),
});

const KNOWN = Object.keys(countsSchema.shape);

/** Counts with absent fields at 0. */
export type OperationCounts = {
  readonly bytecodes: number;
  readonly bytecodesLocal: number;
  readonly bytecodesMemory: number;
  readonly bytecodesInvoke: number;
  readonly changedFieldWrites: number;
  readonly persistentArrayStores: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly api: Readonly<Record<string, number>>;
  /** Numeric fields that mean nothing here: to be listed, not ignored. */
  readonly unknownFields: readonly string[];
};

/** A counts document is wrong; `message` is one sentence with the JSON path of the wrong field. */
export class CountsError extends Error {
  override readonly name = 'CountsError';
}

/**
 * Parses a counts document: a calibration entry, or its bare `decomposition`.
 *
 * @param text JSON
 * @param name how messages call the file
 * @throws CountsError
 */
export function parseOperationCounts(text: string, name: string): OperationCounts {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new CountsError(`Counts file ${name} is not valid JSON.`, { cause });
  }
  return readOperationCounts(json, name);
}

/** The same from a parsed document. @throws CountsError */
export function readOperationCounts(json: unknown, name: string): OperationCounts {
  const isEntry = isObject(json) && 'decomposition' in json;
  const body = isEntry ? json.decomposition : json;
  const prefix = isEntry ? ['decomposition'] : [];
  const parsed = countsSchema.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw wrongAt(name, [...prefix, ...issue.path], issue.message.replace(/^Invalid input: /, ''));
  }
  if (!Object.keys(parsed.data).some((field) => KNOWN.includes(field))) {
    throw wrongAt(name, prefix, `expected operation counts (${KNOWN.join(', ')})`);
  }
  return fromFields(parsed.data);
}

function fromFields(fields: z.infer<typeof countsSchema>): OperationCounts {
  return {
    bytecodes: fields.bytecodes ?? 0,
    bytecodesLocal: fields.bytecodes_local ?? 0,
    bytecodesMemory: fields.bytecodes_memory ?? 0,
    bytecodesInvoke: fields.bytecodes_invoke ?? 0,
    changedFieldWrites: fields.putfield_changed ?? 0,
    persistentArrayStores: fields.persistent_array_stores ?? 0,
    bytesIn: fields.apdu_in ?? 0,
    bytesOut: fields.apdu_out ?? 0,
    api: fields.api ?? {},
    unknownFields: Object.keys(fields).filter(
      (field) => !KNOWN.includes(field) && typeof fields[field] === 'number',
    ),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrongAt(name: string, path: readonly PropertyKey[], reason: string): CountsError {
  const place = path.length === 0 ? '(the whole file)' : path.map(String).join('.');
  return new CountsError(`Counts file ${name} is wrong at ${place}: ${reason.replace(/\.$/, '')}.`);
}
