/** The example inputs as JSON to be changed, and the seed of the property tests of this folder. */

import { readFileSync } from 'node:fs';
import { parseVisitInput, type VisitInput } from '../../../host/index.js';

export const EXAMPLES = ['acute-bronchitis', 'diabetes-follow-up'] as const;

/** Seed of the property tests: `IMIS_SEED`, else a constant; printed so that a failure can be repeated. */
export const SEED = Number(process.env.IMIS_SEED ?? 20_260_312);

export function exampleText(name: (typeof EXAMPLES)[number]): string {
  return readFileSync(new URL(`../../../examples/${name}.json`, import.meta.url), 'utf8');
}

export function exampleInput(name: (typeof EXAMPLES)[number]): VisitInput {
  const read = parseVisitInput(exampleText(name), name);
  if (!read.ok) throw new Error(read.failure.sentence);
  return read.value;
}

/** A step into JSON: an object key or an array position. */
export type Step = string | number;

/** The resource of a part, as `patient` or `visit`, in a Parameters document. */
export function partOf(document: unknown, part: string): unknown {
  const { parameter } = document as { parameter: { name: string; resource: unknown }[] };
  return parameter.find(({ name }) => name === part)!.resource;
}

/** Sets, or with `undefined` removes, the member that `steps` lead to below `root`. */
export function put(root: unknown, steps: readonly Step[], value: unknown): void {
  let parent = root as Record<Step, unknown>;
  for (const step of steps.slice(0, -1)) parent = parent[step] as Record<Step, unknown>;
  const last = steps.at(-1)!;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
}

/** As {@link put}, at a path as refusals write it: `visit.entry[2].resource.code`. */
export function putAt(document: unknown, path: string, value: unknown): void {
  const [part, ...steps] = path.split(/[.[\]]+/).filter((step) => step !== '');
  put(partOf(document, part!), steps, value);
}
