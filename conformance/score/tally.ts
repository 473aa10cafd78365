/** Verdicts counted: by group, and by category within a group. */

import type { DefectGroup, DefectVerdict } from './defect.js';

export type Tally = {
  readonly name: string;
  readonly defects: number;
  readonly caught: number;
  /** Only by generated cases; of these the ones that changed the table of the cases count as missed. */
  readonly generatedOnly: number;
  readonly missed: number;
};

export type GroupTally = Tally & { readonly group: DefectGroup; readonly categories: readonly Tally[] };

/** What is asked of each group. */
export const PASSING_SCORE = 0.95;

const GROUPS: readonly DefectGroup[] = ['hand-written', 'mechanical'];

/** Whether the suite can be said to have caught a defect. */
export function counts(verdict: DefectVerdict): boolean {
  if (verdict.verdict === 'caught') return true;
  return verdict.verdict === 'caught by generated cases only' && !verdict.changesTable;
}

export function tallyOf(name: string, verdicts: readonly DefectVerdict[]): Tally {
  const caught = verdicts.filter(counts).length;
  const generatedOnly = verdicts.filter((one) => one.verdict === 'caught by generated cases only').length;
  return { name, defects: verdicts.length, caught, generatedOnly, missed: verdicts.length - caught };
}

export function tallyGroups(verdicts: readonly DefectVerdict[]): readonly GroupTally[] {
  return GROUPS.flatMap((group) => {
    const own = verdicts.filter((one) => one.group === group);
    if (own.length === 0) return [];
    const names = [...new Set(own.map((one) => one.category))].sort();
    const categories = names.map((name) =>
      tallyOf(
        name,
        own.filter((one) => one.category === name),
      ),
    );
    return [{ ...tallyOf(group, own), group, categories }];
  });
}

export function scoreOf({ caught, defects }: Tally): number {
  return defects === 0 ? 1 : caught / defects;
}

/** Whether every group reaches {@link PASSING_SCORE}. */
export function passes(groups: readonly GroupTally[]): boolean {
  return groups.every((group) => scoreOf(group) >= PASSING_SCORE);
}
