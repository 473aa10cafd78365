/** Every access rule of an application with its place. */

import { jsonPointer } from '../document/json-reader.js';
import type { AccessRule, LifeCycle } from '../specification.js';
import type { ApplicationView } from './application-view.js';

export type PlacedRule = {
  readonly rule: AccessRule;
  readonly path: string;
  /** What it governs, for a sentence. */
  readonly what: string;
  readonly kind: 'command' | 'file' | 'algorithm';
  /** The states in which it is asked. */
  readonly states: readonly LifeCycle[];
};

const FILE_RULES = ['read', 'update', 'append'] as const;
const ALL_STATES: readonly LifeCycle[] = ['initialisation', 'operational', 'deactivated', 'terminated'];

export function placedRules({ application, path, commands }: ApplicationView): readonly PlacedRule[] {
  const statesOf = (access: string) => {
    const states = commands
      .filter(({ command }) => command.access === access)
      .flatMap((c) => c.command.states);
    return states.length > 0 ? [...new Set(states)] : ALL_STATES;
  };
  const ofCommands = commands.flatMap(({ command, path: at }): readonly PlacedRule[] => {
    const { access, name, states } = command;
    if (access === 'by file' || access === 'by algorithm') return [];
    return [{ rule: access, path: at + jsonPointer('access'), what: name, kind: 'command', states }];
  });
  const ofFiles = Object.values(application.files).flatMap((file, i) =>
    FILE_RULES.flatMap((operation): readonly PlacedRule[] => {
      const rule = file[operation];
      const at = path + jsonPointer('files', i, operation);
      const what = `${operation} of ${file.name}`;
      return rule === undefined ? [] : [{ rule, path: at, what, kind: 'file', states: statesOf('by file') }];
    }),
  );
  const ofAlgorithms = Object.values(application.algorithms).map(
    ({ id, access }, i): PlacedRule => ({
      rule: access,
      path: path + jsonPointer('algorithms', i, 'access'),
      what: `the algorithm ${id}`,
      kind: 'algorithm',
      states: statesOf('by algorithm'),
    }),
  );
  return [...ofCommands, ...ofFiles, ...ofAlgorithms];
}
