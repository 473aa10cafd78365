/** What an application declares, as a fuzz run counts it: status words, commands, roles and PINs, life-cycle states. */

import { type AccessLeaf, type ApplicationSpec, type LifeCycle, statusesOf } from '../../apdu/index.js';

/** A status word, or the family of one that carries a count, as a tally writes it. */
export function statusName(sw: number, mask = 0xffff): string {
  const digits = mask === 0xff00 ? 2 : mask === 0xfff0 ? 3 : 4;
  return sw.toString(16).slice(0, digits).padEnd(4, 'x');
}

/** Status words that the commands of an application may answer. */
export function declaredStatuses({ commands }: ApplicationSpec): string[] {
  const names = Object.values(commands)
    .flatMap((command) => statusesOf(command))
    .map(({ status: { sw, mask } }) => statusName(sw, mask));
  return [...new Set(names)].sort();
}

/** Life-cycle states in which some command is permitted. */
export function declaredStates({ commands }: ApplicationSpec): LifeCycle[] {
  return [...new Set(Object.values(commands).flatMap(({ states }) => states))].sort();
}

/** PINs and roles that any access rule of an application names, wherever it stands. */
export function provableLeaves(application: ApplicationSpec): AccessLeaf[] {
  const found = new Map<string, AccessLeaf>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const entries = Object.entries(value);
    const [first] = entries;
    if (
      entries.length === 1 &&
      (first![0] === 'pin' || first![0] === 'role') &&
      typeof first![1] === 'string'
    ) {
      const leaf = value as AccessLeaf;
      found.set(leafName(leaf), leaf);
      return;
    }
    for (const [, part] of entries) visit(part);
  };
  visit(application);
  return [...found.values()];
}

/** "role doctor", "pin holder". */
export function leafName(leaf: AccessLeaf): string {
  return Object.entries(leaf).flat().join(' ');
}
