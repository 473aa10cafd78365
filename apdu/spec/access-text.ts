/** Access rules in words, for documentation and reports. */

import type { AccessRule, AlgorithmSpec, CommandSpec, FileOperation, FileSpec } from './specification.js';

const PIN_WORDS: Readonly<Record<string, string>> = {
  holder: 'after the holder PIN',
  puk: 'after the PUK',
  agent: 'after the agent PIN of a slot',
};
const ROLE_WORDS: Readonly<Record<string, string>> = {
  doctor: 'for an authenticated doctor',
  staff: 'for authenticated medical staff',
  pharmacy: 'for an authenticated pharmacy',
  nhi: 'for the authenticated NHI',
};

/** "after the holder PIN and for an authenticated pharmacy". */
export function describeAccess(
  rule: CommandSpec['access'] | FileSpec['read'] | AlgorithmSpec['access'],
  operation: FileOperation = 'read',
): string {
  if (rule === 'by file') return `by the rule of the file addressed (${operation})`;
  if (rule === 'by algorithm') return 'by the rule of the algorithm set';
  return describeRule(rule, false);
}

function describeRule(rule: AccessRule, nested: boolean): string {
  if (typeof rule === 'string') return rule;
  if ('pin' in rule) return PIN_WORDS[rule.pin] ?? `after the ${rule.pin} PIN`;
  if ('role' in rule) return ROLE_WORDS[rule.role] ?? `for an authenticated ${rule.role}`;
  if ('state' in rule) return `in the state ${rule.state}`;
  const [parts, word] = 'all' in rule ? [rule.all, ' and '] : [rule.any, ' or '];
  const text = parts.map((part) => describeRule(part, true)).join(word);
  return nested && parts.length > 1 ? `(${text})` : text;
}
