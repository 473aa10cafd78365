/** Which commands of a run wrote, held against what their declarations say. */

import { parseResponseApdu } from '../../apdu/index.js';
import { RECORDED_HOLDERS, type RecordedRun } from './recorded-run.js';
import { MAY_WRITE_NOTHING } from './rules.js';

export type Writes = {
  /** Contradictions between a declaration and the meter, in words. */
  readonly found: readonly string[];
  readonly checked: number;
  /** Identifiers of commands declared to write that were answered 9000 and did not. */
  readonly writeNothing: readonly string[];
};

/** A persistent effect without a page operation, or a page operation without a persistent effect. */
export function contradictions(run: RecordedRun): Writes {
  const found: string[] = [];
  const writeNothing: string[] = [];
  let checked = 0;
  for (const { spec, chained, operations, response, holder } of RECORDED_HOLDERS.flatMap(
    (h) => run.commands[h],
  )) {
    if (!spec || chained) continue;
    checked++;
    const name = `${run.title}: ${holder} card, ${spec.name}`;
    const sw = parseResponseApdu(response)?.sw ?? 0;
    const done = sw === 0x9000 || sw >> 8 === 0x61;
    if (spec.effect !== 'persistent' && operations > 0)
      found.push(`${name} wrote and declares ${spec.effect}`);
    if (spec.effect !== 'persistent' || !done || operations > 0) continue;
    writeNothing.push(spec.id);
    if (!(spec.id in MAY_WRITE_NOTHING)) found.push(`${name} wrote nothing`);
  }
  return { found, checked, writeNothing };
}
