/**
 * The counting rule for expressions: the bytecodes that javac makes of the same expression on short numbers
 * and byte arrays. docs/cost-model.md has it in words.
 */
import type { BytecodeClass } from './counted-block.js';
import { isConstantName, type Scopes } from './scopes.js';
import { bare, children, isFunction, list, type Node, optional, part, text } from './syntax.js';

/** What counts an expression: adds to the block in progress, and opens blocks for what may not be executed. */
export interface CountingSink {
  readonly scopes: Scopes;
  add(node: Node, kind: BytecodeClass, count?: number): void;
  /** Counts `work` in a block of its own that is executed exactly when the expression `node` is. */
  apart(node: Node, work: () => void): void;
  /** A function within: `perElement` when it is called once for every element of an array. */
  functionWithin(node: Node, perElement: boolean): void;
  /** What the next function is called if it has no name of its own. */
  hint(name: string): void;
  /** Class expression. */
  classWithin(node: Node): void;
  /** A call that copies if it is of a byte array: rewritten so that executions and lengths are known. */
  copyCall(call: Node, method: CopyMethod, work: () => void): void;
}

/** Methods of byte arrays that copy: on a card, calls of the platform over a length. */
export const COPY_METHODS = ['set', 'slice', 'fill'] as const;
export type CopyMethod = (typeof COPY_METHODS)[number];

const RELATIONAL = new Set(['<', '>', '<=', '>=']);
const EQUALITY = new Set(['===', '!==', '==', '!=']);
const ITERATORS = /^(?:every|some|map|filter|forEach|find|findIndex|findLast|flatMap|reduce|from|sort)$/;
/** A byte is signed on a card: its use as a number is masked, one constant and one AND. */
const MASK = 2;

/** The rule: each way in which an expression is used, counted. */
export type ExpressionRule = Readonly<
  Record<'value' | 'effect' | 'condition' | 'bind', (node: Node) => void>
>;

export function makeExpressionRule(sink: CountingSink): ExpressionRule {
  const { scopes } = sink;

  const constant = (node: Node) => sink.add(node, 'local');
  const inner = (node: Node) => value(part(node, 'expression'));

  const VALUES: Readonly<Record<string, (node: Node) => void>> = {
    ParenthesizedExpression: inner,
    ChainExpression: inner,
    Literal: constant,
    ThisExpression: constant,
    Super: constant,
    Identifier: load,
    TemplateLiteral: template,
    MemberExpression: member,
    CallExpression: call,
    NewExpression: newObject,
    BinaryExpression: binary,
    LogicalExpression: alternative,
    UnaryExpression: unary,
    UpdateExpression: (node) => update(node, true),
    AssignmentExpression: (node) => assignment(node, true),
    ConditionalExpression: conditional,
    ObjectExpression: objectLiteral,
    ArrayExpression: (node) => arrayLiteral(node, list(node, 'elements')),
    SpreadElement: spread,
    SequenceExpression: (node) => list(node, 'expressions').forEach(effect),
    ClassExpression: (node) => sink.classWithin(node),
  };

  /** Leaves the value on the stack. */
  function value(node: Node): void {
    const known = VALUES[node.type];
    if (known) known(node);
    else if (isFunction(node)) closure(node, false);
    else for (const child of children(node)) value(child);
  }

  function template(node: Node): void {
    for (const each of list(node, 'expressions')) value(each);
    sink.add(node, 'invoke');
  }

  function spread(node: Node): void {
    value(part(node, 'argument'));
    sink.add(node, 'invoke');
  }

  /** `a ?? b`, `a || b`, `a && b` for their value: kept, tested, dropped. */
  function alternative(node: Node): void {
    value(part(node, 'left'));
    sink.add(node, 'local', 2);
    const right = part(node, 'right');
    sink.apart(right, () => {
      value(right);
      sink.add(node, 'local');
    });
  }

  /** An expression as a statement: the value is not used. */
  function effect(node: Node): void {
    const used = bare(node);
    if (used.type === 'UpdateExpression') update(used, false);
    else if (used.type === 'AssignmentExpression') assignment(used, false);
    else value(node);
  }

  /** An expression whose value decides where the code goes on. */
  function condition(node: Node): void {
    const test = bare(node);
    if (test.type === 'UnaryExpression' && test.operator === '!') condition(part(test, 'argument'));
    else if (test.type === 'LogicalExpression' && test.operator !== '??') {
      const right = part(test, 'right');
      condition(part(test, 'left'));
      sink.apart(right, () => condition(right));
    } else if (test.type === 'BinaryExpression' && isComparison(test)) comparison(test);
    else {
      value(test);
      sink.add(test, 'local');
    }
  }

  function comparison(node: Node): void {
    const [left, right] = [part(node, 'left'), part(node, 'right')];
    const needsMask = RELATIONAL.has(text(node, 'operator')) || isByteRead(left) !== isByteRead(right);
    // comparing with zero or with nothing takes no second operand
    if (!isZero(left)) number(left, needsMask);
    if (!isZero(right)) number(right, needsMask);
    sink.add(node, 'local');
  }

  function binary(node: Node): void {
    const [left, right] = [part(node, 'left'), part(node, 'right')];
    const operator = text(node, 'operator');
    if (isComparison(node)) {
      condition(node);
      sink.add(node, 'local', 2);
      return;
    }
    if (operator === 'instanceof' || operator === 'in') {
      value(left);
      sink.add(node, operator === 'in' ? 'invoke' : 'memory');
      return;
    }
    const isBitwise = operator === '^' || operator === '|';
    const needsMask = operator !== '&' && (!isBitwise || isByteRead(left) !== isByteRead(right));
    number(left, needsMask);
    number(right, needsMask);
    sink.add(node, 'local');
  }

  /** An operand; a byte read from an array is made a natural number where its sign would matter. */
  function number(node: Node, needsMask: boolean): void {
    value(node);
    if (needsMask && isByteRead(node)) sink.add(node, 'local', MASK);
  }

  function unary(node: Node): void {
    const argument = part(node, 'argument');
    const isLiteral = bare(argument).type === 'Literal';
    if (node.operator === '!') condition(node);
    else if (!isLiteral) number(argument, true);
    sink.add(node, 'local', isLiteral || node.operator === '-' ? 1 : 2);
  }

  function conditional(node: Node): void {
    condition(part(node, 'test'));
    sink.apart(part(node, 'consequent'), () => {
      value(part(node, 'consequent'));
      sink.add(node, 'local');
    });
    sink.apart(part(node, 'alternate'), () => value(part(node, 'alternate')));
  }

  function load(node: Node): void {
    const place = scopes.place(text(node, 'name'));
    if (place === 'local' || place === 'constant' || place === 'captured') sink.add(node, 'local');
    if (place === 'captured' || place === 'static') sink.add(node, 'memory');
  }

  function member(node: Node): void {
    // A chain from a constant in capitals is a constant to the compiler, as static final fields are.
    if (isConstantChain(node)) {
      constant(node);
      return;
    }
    const object = part(node, 'object');
    if (object.type !== 'Super') value(object);
    if (node.optional === true) sink.add(node, 'local', 2);
    if (node.computed === true) number(part(node, 'property'), true);
    sink.add(node, 'memory');
  }

  function call(node: Node): void {
    const callee = bare(part(node, 'callee'));
    const copy = copyMethodOf(node, callee);
    const name = callee.type === 'MemberExpression' ? text(part(callee, 'property'), 'name') : '';
    if (name === 'of') arrayLiteral(node, list(node, 'arguments'));
    else if (copy) sink.copyCall(node, copy, () => invoke(node, callee, name));
    else invoke(node, callee, name);
  }

  function invoke(node: Node, callee: Node, name: string): void {
    if (callee.type === 'MemberExpression') {
      value(part(callee, 'object'));
      if (callee.computed === true) number(part(callee, 'property'), true);
      if (callee.optional === true) sink.add(callee, 'local', 2);
    } else value(callee);
    if (node.optional === true) sink.add(node, 'local', 2);
    passArguments(node, name);
    sink.add(node, 'invoke');
  }

  function passArguments(node: Node, callee: string): void {
    for (const argument of list(node, 'arguments')) {
      if (isFunction(bare(argument))) closure(bare(argument), ITERATORS.test(callee));
      else value(argument);
    }
  }

  function newObject(node: Node): void {
    passArguments(node, '');
    sink.add(node, 'memory');
    if (/Array$/.test(text(part(node, 'callee'), 'name'))) return;
    sink.add(node, 'local');
    sink.add(node, 'invoke');
  }

  /** A new object with a constructor that sets every field: as many loads and writes, one call and return. */
  function objectLiteral(node: Node): void {
    sink.add(node, 'memory');
    sink.add(node, 'local');
    sink.add(node, 'invoke', 2);
    for (const property of list(node, 'properties')) {
      if (property.type === 'SpreadElement') {
        value(property);
        continue;
      }
      if (property.computed === true) value(part(property, 'key'));
      else if (isFunction(part(property, 'value'))) sink.hint(text(part(property, 'key'), 'name'));
      value(part(property, 'value'));
      sink.add(property, 'local', 2);
      sink.add(property, 'memory');
    }
  }

  function arrayLiteral(node: Node, elements: readonly Node[]): void {
    sink.add(node, 'local');
    sink.add(node, 'memory');
    for (const element of elements) {
      sink.add(element, 'local', 2);
      value(element);
      sink.add(element, 'memory');
    }
  }

  function closure(node: Node, perElement: boolean): void {
    sink.add(node, 'memory');
    sink.add(node, 'local');
    sink.add(node, 'invoke');
    sink.functionWithin(node, perElement);
  }

  /** `i++`: load, one, add, store; as a value it is kept once more. */
  function update(node: Node, used: boolean): void {
    const argument = bare(part(node, 'argument'));
    sink.add(node, 'local', 2);
    if (used) sink.add(node, 'local');
    readAndWrite(argument);
  }

  function assignment(node: Node, used: boolean): void {
    const left = bare(part(node, 'left'));
    const right = part(node, 'right');
    const operator = text(node, 'operator');
    if (used) sink.add(node, 'local');
    if (operator === '=') assign(left, right);
    else if (/^(?:\?\?|\|\||&&)=$/.test(operator)) {
      readAndWrite(left);
      sink.add(node, 'local');
      sink.apart(right, () => value(right));
    } else {
      readAndWrite(left);
      number(right, operator !== '&=');
      sink.add(node, 'local');
    }
  }

  function assign(left: Node, right: Node): void {
    if (/Pattern$/.test(left.type)) {
      value(right);
      bind(left);
      return;
    }
    target(left);
    value(right);
    store(left);
  }

  /** What stands on the stack below a value that is to be stored. */
  function target(left: Node): void {
    if (left.type !== 'MemberExpression') {
      if (scopes.place(text(left, 'name')) === 'captured') sink.add(left, 'local');
      return;
    }
    value(part(left, 'object'));
    if (left.computed === true) number(part(left, 'property'), true);
  }

  function store(left: Node): void {
    const isVariable = left.type === 'Identifier' && scopes.place(text(left, 'name')) === 'local';
    sink.add(left, isVariable ? 'local' : 'memory');
  }

  function readAndWrite(left: Node): void {
    target(left);
    if (left.type === 'MemberExpression') {
      sink.add(left, 'local');
      sink.add(left, 'memory');
    } else load(left);
    store(left);
  }

  /** Takes the value on the stack apart into variables. */
  function bind(pattern: Node): void {
    switch (pattern.type) {
      case 'Identifier':
        sink.add(pattern, 'local');
        return;
      case 'MemberExpression':
        store(pattern);
        return;
      case 'RestElement':
        bind(part(pattern, 'argument'));
        return;
      case 'AssignmentPattern':
        withDefault(part(pattern, 'left'), part(pattern, 'right'));
        return;
      default:
        parts(pattern);
    }
  }

  function withDefault(pattern: Node, initial: Node): void {
    sink.add(pattern, 'local', 2);
    sink.apart(initial, () => value(initial));
    bind(pattern);
  }

  function parts(pattern: Node): void {
    sink.add(pattern, 'local');
    const isObject = pattern.type === 'ObjectPattern';
    for (const item of list(pattern, isObject ? 'properties' : 'elements')) {
      sink.add(item, 'local');
      sink.add(item, 'memory');
      bind(isObject && item.type === 'Property' ? part(item, 'value') : item);
    }
  }

  return { value, effect, condition, bind };
}

function isComparison(node: Node): boolean {
  const operator = text(node, 'operator');
  return RELATIONAL.has(operator) || EQUALITY.has(operator);
}

function isZero(node: Node): boolean {
  const inner = bare(node);
  if (inner.type === 'Identifier') return inner.name === 'undefined';
  return inner.type === 'Literal' && (inner.value === 0 || inner.value === null);
}

/** Reading an element of an array; that it is of bytes cannot be seen, but only bytes are calculated with. */
function isByteRead(node: Node): boolean {
  const inner = bare(node);
  return inner.type === 'MemberExpression' && inner.computed === true;
}

function isConstantChain(node: Node): boolean {
  const object = bare(part(node, 'object'));
  if (node.computed === true) return false;
  if (object.type === 'MemberExpression') return isConstantChain(object);
  return object.type === 'Identifier' && isConstantName(text(object, 'name')) && node.property !== null
    ? text(part(node, 'property'), 'name') !== 'length'
    : false;
}

function copyMethodOf(call: Node, callee: Node): CopyMethod | undefined {
  if (callee.type !== 'MemberExpression' || callee.computed === true) return undefined;
  if (callee.optional === true || call.optional === true) return undefined;
  if (optional(callee, 'object')?.type === 'Super') return undefined;
  const name = text(part(callee, 'property'), 'name');
  return COPY_METHODS.find((method) => method === name);
}
