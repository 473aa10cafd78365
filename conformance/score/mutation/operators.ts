/** Where each operator finds something to change in a syntax tree (ESTree). */

import type { CallExpression, Expression, Node, Statement } from 'oxc-parser';
import type { Edit, Operator } from './site.js';

export type Change = Edit & { readonly operator: Operator };

const NOTHING = ';';
/** Calls that refuse a command. */
const REFUSALS: ReadonlySet<string> = new Set(['refuse', 'fail', 'end']);
const WRITERS: ReadonlySet<string> = new Set([
  'write',
  'set',
  'update',
  'append',
  'overwrite',
  'truncate',
  'store',
]);
const FORGETTERS =
  /^(clear|release|close|erase|destroy|sweep|drop[A-Z]\w*|forget\w*|revoke[A-Z]\w*|wipe[A-Z]\w*|clear[A-Z]\w*)$/;
const COMPARISONS: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
};
const CONNECTIVES: Readonly<Record<string, string>> = { '&&': '||', '||': '&&' };

/** The name that is called: `f` of `f()`, `m` of `x.m()`. */
function calledName(call: CallExpression): string | undefined {
  const { callee } = call;
  if (callee.type === 'Identifier') return callee.name;
  if (callee.type !== 'MemberExpression') return undefined;
  const { property } = callee;
  return property.type === 'Identifier' || property.type === 'PrivateIdentifier' ? property.name : undefined;
}

function isRefusal(expression: Expression | null | undefined): boolean {
  return expression?.type === 'CallExpression' && REFUSALS.has(calledName(expression) ?? '');
}

/** A statement that ends a command, or answers that something is not so. */
function refuses(statement: Statement): boolean {
  if (statement.type === 'BlockStatement') {
    const last = statement.body.at(-1);
    return last !== undefined && refuses(last);
  }
  if (statement.type === 'ExpressionStatement') return isRefusal(statement.expression);
  if (statement.type !== 'ReturnStatement') return false;
  const { argument } = statement;
  if (!argument || isRefusal(argument)) return true;
  return (
    (argument.type === 'Literal' && argument.value === false) ||
    (argument.type === 'Identifier' && argument.name === 'undefined')
  );
}

const CHANGES: { readonly [Type in Node['type']]?: (node: never, text: string) => Change[] } = {
  IfStatement: (node: Extract<Node, { type: 'IfStatement' }>) =>
    !node.alternate && refuses(node.consequent) ? [change('drop a check', node, NOTHING)] : [],

  LogicalExpression(node: Extract<Node, { type: 'LogicalExpression' }>, text) {
    if (node.operator === '??' && isRefusal(node.right)) {
      return [change('drop a check', node, text.slice(node.left.start, node.left.end))];
    }
    const other = CONNECTIVES[node.operator];
    return other ? [between(node, other)] : [];
  },

  BinaryExpression(node: Extract<Node, { type: 'BinaryExpression' }>) {
    const other = COMPARISONS[node.operator];
    const isType = node.left.type === 'UnaryExpression' && node.left.operator === 'typeof';
    return other && !isType ? [between(node, other)] : [];
  },

  Literal(node: Extract<Node, { type: 'Literal' }>) {
    const { value, raw } = node;
    if (typeof value !== 'number' || !/^\d+$/.test(raw ?? '')) return [];
    return [change('off by one', node, String(value + 1))];
  },

  ExpressionStatement(node: Extract<Node, { type: 'ExpressionStatement' }>) {
    const { expression } = node;
    if (expression.type === 'AssignmentExpression' && expression.left.type === 'MemberExpression') {
      return [change('skip a write', node, NOTHING)];
    }
    if (expression.type !== 'CallExpression') return [];
    const name = calledName(expression) ?? '';
    if (/^assert/.test(name)) return [change('drop a check', node, NOTHING)];
    if (WRITERS.has(name)) return [change('skip a write', node, NOTHING)];
    return FORGETTERS.test(name) ? [change('keep state', node, NOTHING)] : [];
  },

  BlockStatement(node: Extract<Node, { type: 'BlockStatement' }>, text) {
    return node.body.slice(1).flatMap((second, i) => {
      const first = node.body[i]!;
      if (!changesPlaces(first, second)) return [];
      const swapped = `${text.slice(second.start, second.end)}\n${text.slice(first.start, first.end)}`;
      return [{ operator: 'reorder', start: first.start, end: second.end, replacement: swapped }];
    });
  },
};

/**
 * A check and the statement before or after it. Two writes in a row change places without a trace: they stand in one
 * transaction, or in memory that nobody sees between them.
 */
function changesPlaces(first: Statement, second: Statement): boolean {
  return (isCheck(first) && acts(second)) || (acts(first) && isCheck(second));
}

function isCheck(statement: Statement): boolean {
  return statement.type === 'IfStatement' && !statement.alternate && refuses(statement.consequent);
}

function acts(statement: Statement): boolean {
  return statement.type === 'ExpressionStatement' && statement.expression.type !== 'Literal';
}

function change(operator: Operator, { start, end }: Node, replacement: string): Change {
  return { operator, start, end, replacement };
}

/** Another operator between two operands; the text between them may hold a parenthesis, so all of it is kept. */
function between(
  node: Extract<Node, { type: 'BinaryExpression' | 'LogicalExpression' }>,
  other: string,
): Change {
  return { operator: 'swap a comparison', start: node.left.end, end: node.right.start, replacement: other };
}

/** Every change that the operators find at one node. */
export function changesAt(node: Node, text: string): Change[] {
  const changes = CHANGES[node.type]?.(node as never, text) ?? [];
  return changes.map((one) => {
    if (one.operator !== 'swap a comparison') return one;
    const { operator } = node as Extract<Node, { type: 'BinaryExpression' }>;
    const gap = text.slice(one.start, one.end);
    return { ...one, replacement: gap.replace(operator, one.replacement) };
  });
}
