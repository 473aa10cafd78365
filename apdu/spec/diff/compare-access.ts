/** Access rules: whether everybody who met the older one meets the newer. */

import { describeAccess } from '../access-text.js';
import type { AccessLeaf, AccessRule, CommandSpec, LifeCycle } from '../specification.js';
import type { Changes } from './change.js';

/** A rule names a handful of things; beyond that many, 2^n worlds would be too many to look at. */
const MAX_LEAVES = 12;
const STATES: readonly LifeCycle[] = ['initialisation', 'operational', 'deactivated', 'terminated'];

type World = { readonly proven: ReadonlySet<string>; readonly state: LifeCycle };

export function compareAccess(
  changes: Changes,
  before: CommandSpec['access'],
  after: CommandSpec['access'],
): void {
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  const change = `was "${describeAccess(before)}" and is "${describeAccess(after)}"`;
  if (isIndirect(before) || isIndirect(after)) {
    changes.breaking(`The access rule ${change}.`);
    return;
  }
  const leaves = [...new Set([...namesOf(before), ...namesOf(after)])];
  if (leaves.length > MAX_LEAVES) {
    changes.breaking(`The access rule ${change}; it names too much to tell whether it became stricter.`);
    return;
  }
  const worlds = worldsOf(leaves);
  const stricter = worlds.some((world) => meets(before, world) && !meets(after, world));
  const looser = worlds.some((world) => !meets(before, world) && meets(after, world));
  if (stricter) changes.breaking(`The access rule ${change}: some who were permitted no longer are.`);
  else if (looser) changes.compatible(`The access rule ${change}: more are permitted.`);
  else changes.words(`The access rule ${change}, which permits the same.`);
}

function isIndirect(rule: CommandSpec['access']): rule is 'by file' | 'by algorithm' {
  return rule === 'by file' || rule === 'by algorithm';
}

const nameOf = (leaf: AccessLeaf): string | undefined =>
  'pin' in leaf ? `pin ${leaf.pin}` : 'role' in leaf ? `role ${leaf.role}` : undefined;

function namesOf(rule: AccessRule): readonly string[] {
  if (typeof rule === 'string') return [];
  if ('all' in rule) return rule.all.flatMap(namesOf);
  if ('any' in rule) return rule.any.flatMap(namesOf);
  const name = nameOf(rule);
  return name === undefined ? [] : [name];
}

function worldsOf(names: readonly string[]): readonly World[] {
  return Array.from(
    { length: 2 ** names.length },
    (_, bits) => new Set(names.filter((__, i) => (bits >> i) & 1)),
  ).flatMap((proven) => STATES.map((state) => ({ proven, state })));
}

function meets(rule: AccessRule, world: World): boolean {
  if (typeof rule === 'string') return rule === 'always';
  if ('all' in rule) return rule.all.every((part) => meets(part, world));
  if ('any' in rule) return rule.any.some((part) => meets(part, world));
  if ('state' in rule) return rule.state === world.state;
  return world.proven.has(nameOf(rule)!);
}
