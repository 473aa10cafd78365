/** All places of a program that an operator can change. */

import { type AnyNode, parse } from 'acorn';
import { type Change, changesAt } from './operators.js';
import type { Site } from './site.js';

/**
 * Calls whose arguments are budgets of the simulator and no behaviour of the card: a byte more or less of RAM
 * that is held shows nowhere until the memory ends.
 */
const BUDGETS: ReadonlySet<string> = new Set(['hold', 'charge', 'run']);

/** The changes of a compiled file, within functions: a table at the top of a file is data, not a site. */
export function findSites(source: string): readonly Site[] {
  const tree = parse(source, { ecmaVersion: 'latest', sourceType: 'module' });
  const found: Site[] = [];
  const visit = (node: AnyNode, within: readonly string[], inFunction: boolean): void => {
    // assertions for programmers, which no command can reach
    if (node.type === 'ThrowStatement' || throwsOnly(node)) return;
    if (inFunction) found.push(...changesAt(node, source).map((one) => siteOf(source, one, within)));
    const name = nameOf(node);
    const inner = name === undefined ? within : [...within, name];
    const isFunction = /Function/.test(node.type);
    for (const child of childrenOf(node)) visit(child, inner, inFunction || isFunction);
  };
  visit(tree, [], false);
  return found;
}

function siteOf(source: string, change: Change, within: readonly string[]): Site {
  const line = (text: string) => text.replace(/\s+/g, ' ').trim();
  // a bare operator says little: the line around it is shown
  const short = change.operator === 'swap a comparison' || change.operator === 'off by one';
  const start = short ? source.lastIndexOf('\n', change.start) + 1 : change.start;
  const ending = source.indexOf('\n', change.end);
  const end = short ? (ending < 0 ? source.length : ending) : change.end;
  const after = source.slice(start, change.start) + change.replacement + source.slice(change.end, end);
  return {
    ...change,
    within: within.join('.'),
    before: line(source.slice(start, end)),
    after: line(after) === ';' ? '' : line(after),
  };
}

function throwsOnly(node: AnyNode): boolean {
  if (node.type !== 'IfStatement') return false;
  const { consequent } = node;
  const only = consequent.type === 'BlockStatement' ? consequent.body[0] : consequent;
  return only?.type === 'ThrowStatement';
}

function nameOf(node: AnyNode): string | undefined {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return node.id?.name;
    case 'MethodDefinition':
    case 'Property':
      return 'name' in node.key ? node.key.name : undefined;
    case 'VariableDeclarator':
      return node.id.type === 'Identifier' && node.init && /Function/.test(node.init.type)
        ? node.id.name
        : undefined;
    default:
      return undefined;
  }
}

function childrenOf(node: AnyNode): AnyNode[] {
  if (node.type === 'CallExpression' && isBudget(node)) {
    return node.arguments.filter((argument) => /Function/.test(argument.type));
  }
  return Object.values(node).flatMap((value: unknown) => {
    const values = Array.isArray(value) ? value : [value];
    return values.filter((one): one is AnyNode => typeof (one as AnyNode | null)?.type === 'string');
  });
}

function isBudget({ callee }: Extract<AnyNode, { type: 'CallExpression' }>): boolean {
  return (
    callee.type === 'MemberExpression' &&
    callee.property.type === 'Identifier' &&
    BUDGETS.has(callee.property.name)
  );
}
