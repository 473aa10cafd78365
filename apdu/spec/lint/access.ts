/** Access rules that can be met, and that speak of PINs and roles that exist. */

import { jsonPointer } from '../document/json-reader.js';
import { type AccessLeaf, type AccessRule, accessNameOf } from '../specification.js';
import { type ApplicationView, canMeet } from './application-view.js';
import type { Finding } from './finding.js';
import { type PlacedRule, placedRules } from './rules.js';

export function lintAccess(view: ApplicationView): readonly Finding[] {
  return placedRules(view).flatMap((placed) => {
    const unknown = unknownNames(view, placed);
    if (unknown.length > 0) return unknown;
    const { rule, kind, what, path, states } = placed;
    // "never" is a good rule for a file, whose content other commands may write
    if (kind === 'file' && rule === 'never') return [];
    if (canMeet(rule, view.reach, states)) return [];
    return [
      {
        rule: 'access-never-met',
        severity: 'error',
        path,
        message: `Nobody can meet the access rule of ${what}${why(view, rule)}.`,
        remedy:
          'Let a command that can be used prove each PIN and role of the rule ("proves"), ask for states that do not exclude one another, or take the rule\'s subject out.',
      },
    ];
  });
}

function why({ reach }: ApplicationView, rule: AccessRule): string {
  const missing = leavesOf(rule).flatMap((leaf) => {
    if ('pin' in leaf) return reach.pins.has(leaf.pin) ? [] : [`no command proves the PIN ${leaf.pin}`];
    if ('role' in leaf) return reach.roles.has(leaf.role) ? [] : [`no command proves the role ${leaf.role}`];
    return reach.states.has(leaf.state) ? [] : [`the state ${leaf.state} is never reached`];
  });
  return missing.length > 0 ? `: ${[...new Set(missing)].join(', ')}` : '';
}

/** The names within a rule. */
export function leavesOf(rule: AccessRule): readonly AccessLeaf[] {
  if (typeof rule === 'string') return [];
  if ('all' in rule) return rule.all.flatMap(leavesOf);
  if ('any' in rule) return rule.any.flatMap(leavesOf);
  return [rule];
}

function unknownNames(
  { application }: ApplicationView,
  { rule, path, what }: PlacedRule,
): readonly Finding[] {
  const pins = new Set(Object.entries(application.pins).map(([id, pin]) => accessNameOf(id, pin)));
  const roles = new Set(application.roles ?? []);
  return leavesOf(rule).flatMap((leaf): readonly Finding[] => {
    if ('pin' in leaf && !pins.has(leaf.pin)) {
      return [
        unknown(
          path,
          `The rule of ${what} asks for the PIN "${leaf.pin}", which the application does not have`,
          pins,
        ),
      ];
    }
    if ('role' in leaf && !roles.has(leaf.role)) {
      return [
        unknown(
          path,
          `The rule of ${what} asks for the role "${leaf.role}", which the application does not have`,
          roles,
        ),
      ];
    }
    return [];
  });
}

function unknown(path: string, sentence: string, known: ReadonlySet<string>): Finding {
  const names = [...known].join(', ');
  return {
    rule: 'unknown-reference',
    severity: 'error',
    path,
    message: `${sentence}.`,
    remedy: names === '' ? 'Declare it; the application has none.' : `Declare it, or name one of: ${names}.`,
  };
}

/** PINs, keys, files and algorithms that commands and algorithms refer to. */
export function lintReferences({ application, path, commands }: ApplicationView): readonly Finding[] {
  const keys = new Set(Object.keys(application.keys ?? {}));
  const ofAlgorithms = Object.values(application.algorithms).flatMap(({ id, key }, i) =>
    key === undefined || keys.has(key)
      ? []
      : [
          unknown(
            path + jsonPointer('algorithms', i, 'key'),
            `The algorithm ${id} signs with the key "${key}", which the application does not have`,
            keys,
          ),
        ],
  );
  const ofCommands = commands.flatMap(({ command, path: at }) => {
    const findings: Finding[] = [];
    const { access, name } = command;
    if (access === 'by file' && Object.keys(application.files).length === 0) {
      findings.push(unknown(at + jsonPointer('access'), `${name} goes by the rule of a file`, new Set()));
    }
    if (access === 'by algorithm' && Object.keys(application.algorithms).length === 0) {
      findings.push(
        unknown(at + jsonPointer('access'), `${name} goes by the rule of an algorithm`, new Set()),
      );
    }
    return findings;
  });
  const procedures = (application.testProcedures ?? []).flatMap(({ reaches }, i) => {
    const placed = {
      rule: reaches,
      path: path + jsonPointer('testProcedures', i, 'reaches'),
      what: 'this procedure',
    };
    return unknownNames({ application } as ApplicationView, placed as PlacedRule);
  });
  return [...ofAlgorithms, ...ofCommands, ...procedures];
}
