/** Life-cycle states: every one that is named can be reached. */

import { jsonPointer } from '../document/json-reader.js';
import type { AccessRule, LifeCycle } from '../specification.js';
import type { ApplicationView } from './application-view.js';
import type { Finding } from './finding.js';
import { placedRules } from './rules.js';

export function lintStates(view: ApplicationView): readonly Finding[] {
  const { commands, reach } = view;
  const named = [
    ...commands.flatMap(({ command, path }) =>
      (['states', 'secureMessagingIn'] as const).flatMap((member) =>
        (command[member] ?? []).map((state, i) => ({ state, path: path + jsonPointer(member, i) })),
      ),
    ),
    ...placedRules(view).flatMap(({ rule, path }) => statesOf(rule).map((state) => ({ state, path }))),
  ];
  // one finding for a state, where it is named first
  const first = new Map<LifeCycle, string>();
  for (const { state, path } of named) {
    if (!reach.states.has(state) && !first.has(state)) first.set(state, path);
  }
  return [...first].map(([state, path]) => ({
    rule: 'unreachable-state',
    severity: 'error',
    path,
    message: `The life-cycle state ${state} is named here, and no command that can be used leads to it.`,
    remedy: `Declare "leadsTo": "${state}" in the command that brings the application there, name it as "initialState", or take the state out.`,
  }));
}

function statesOf(rule: AccessRule): readonly LifeCycle[] {
  if (typeof rule === 'string') return [];
  if ('all' in rule) return rule.all.flatMap(statesOf);
  if ('any' in rule) return rule.any.flatMap(statesOf);
  return 'state' in rule ? [rule.state] : [];
}
