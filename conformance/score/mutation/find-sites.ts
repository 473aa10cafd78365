/** All places of a program that an operator can change. */

import { createRequire } from 'node:module';
import type * as Parser from 'oxc-parser';
import type { Node } from 'oxc-parser';
import { type Change, changesAt } from './operators.js';
import type { Site } from './site.js';

/**
 * Calls whose arguments are budgets of the simulator and no behaviour of the card: a byte more or less of RAM
 * that is held shows nowhere until the memory ends.
 */
const BUDGETS: ReadonlySet<string> = new Set(['hold', 'charge', 'run']);

/** Calls that lay out memory: another length there makes another card, not a wrong one. */
const LAYOUT: ReadonlySet<string> = new Set([
  'field',
  'string',
  'area',
  'exclusive',
  'transientField',
  'padStart',
]);

/** Lengths of memory that something will take, as properties: laid out or reserved elsewhere. */
const MEMORY_LENGTH = /Bytes$/;

/** What the simulator does with a card between two commands: copies for the suite itself. */
const TOOLS = /\.(snapshot|restore|fork|image|copyFrom)$/;

/**
 * What reports are made of, the wiping of copies that nobody can read over the line, and the bounds of attempts each of
 * which fails with probability 2^-250 or less.
 */
const NO_BEHAVIOUR = /lastFigures|\bmeter\b|figures\(|Cycles|\.fill\(|\battempt\b|`/;

/** The changes of a compiled file, within functions: a table at the top of a file is data, not a site. */
export function findSites(source: string): readonly Site[] {
  // loaded here, for the suite runs without the parser's binary wherever nothing is mutated
  const { parseSync } = createRequire(import.meta.url)('oxc-parser') as typeof Parser;
  const tree = parseSync('compiled.js', source).program;
  const found: Site[] = [];
  const visit = (node: Node, within: readonly string[], inFunction: boolean): void => {
    // assertions for programmers, which no command can reach
    if (node.type === 'ThrowStatement' || throwsOnly(node) || isConstructor(node)) return;
    if (inFunction) {
      const sites = changesAt(node, source).map((one) => siteOf(source, one, within));
      const behaves = (site: Site) => !NO_BEHAVIOUR.test(site.before) && !TOOLS.test(site.within);
      found.push(...sites.filter(behaves));
    }
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

function throwsOnly(node: Node): boolean {
  if (node.type !== 'IfStatement') return false;
  const { consequent } = node;
  const only = consequent.type === 'BlockStatement' ? consequent.body[0] : consequent;
  return only?.type === 'ThrowStatement';
}

function nameOf(node: Node): string | undefined {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return node.id?.name;
    case 'MethodDefinition':
    case 'Property':
      return node.key.type === 'Identifier' || node.key.type === 'PrivateIdentifier'
        ? node.key.name
        : undefined;
    case 'VariableDeclarator':
      return node.id.type === 'Identifier' && node.init && /Function/.test(node.init.type)
        ? node.id.name
        : undefined;
    default:
      return undefined;
  }
}

function childrenOf(node: Node): Node[] {
  if (node.type === 'Property' && MEMORY_LENGTH.test(nameOf(node) ?? '')) return [];
  if (node.type === 'CallExpression' && isLayout(node)) return [];
  if (node.type === 'CallExpression' && isBudget(node)) {
    return node.arguments.filter((argument) => /Function/.test(argument.type));
  }
  return Object.values(node).flatMap((value: unknown) => {
    const values = Array.isArray(value) ? value : [value];
    return values.filter((one): one is Node => typeof (one as Node | null)?.type === 'string');
  });
}

type Call = Extract<Node, { type: 'CallExpression' }>;

function isBudget(call: Call): boolean {
  return BUDGETS.has(methodOf(call) ?? '');
}

function isLayout(call: Call): boolean {
  return LAYOUT.has(methodOf(call) ?? '');
}

function methodOf({ callee }: Call): string | undefined {
  const isMethod = callee.type === 'MemberExpression' && callee.property.type === 'Identifier';
  return isMethod ? (callee.property as { readonly name: string }).name : undefined;
}

/** Without a field that its constructor sets there is no card at all. */
function isConstructor(node: Node): boolean {
  return node.type === 'MethodDefinition' && node.kind === 'constructor';
}
