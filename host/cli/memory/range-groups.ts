/** Fields of one thing put together: all records of a file, all parts of a key pair. */

import type { MemoryRange } from '../../../applet/index.js';

export type RangeGroup = {
  readonly name: string;
  /** Owner as {@link MemoryShare} names it. */
  readonly owner: string;
  readonly use: MemoryRange['use'];
  readonly offset: number;
  readonly bytes: number;
  /** How many ranges it is made of. */
  readonly fields: number;
};

/** Neighbouring ranges of one owner whose names agree in front of ":"; in NVM, but for a number as well. */
export function groupRanges(ranges: readonly MemoryRange[]): readonly RangeGroup[] {
  const groups: RangeGroup[] = [];
  for (const range of ranges) {
    const head = range.name.split(':')[0]!;
    // Records and proofs are many of one kind; logical channels stay apart.
    const name = range.use === 'persistent' ? head.replace(/ \d+$/, '') : head;
    const owner = range.application ?? range.kind;
    const last = groups.at(-1);
    if (last && last.name === name && last.owner === owner && last.use === range.use) {
      groups[groups.length - 1] = {
        ...last,
        bytes: last.bytes + range.length,
        fields: last.fields + 1,
      };
    } else {
      groups.push({ name, owner, use: range.use, offset: range.offset, bytes: range.length, fields: 1 });
    }
  }
  return groups;
}
