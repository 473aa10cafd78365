/** The counting rule for statements, as javac lays them out: a test at the top of a loop, a jump at its end. */
import type { CountingSink, ExpressionRule } from './counting-expressions.js';
import { isFunction, list, type Node, optional, part, text } from './syntax.js';

/** What statements need beside what expressions do. */
export interface StatementSink extends CountingSink {
  /** A new block from the statement on. */
  begin(statement: Node): void;
  /** Runs `work` with a block of its own for a branch or the body of a loop. */
  branch(body: Node, work: () => void): void;
}

/** An index of type short, one step on: load, one, add, store. */
const STEP = 4;
/** One round of a loop over an array: test, load of the element, step, jump. */
const ROUND = { local: 3 + 3 + STEP + 1, memory: 2 } as const;

export function makeStatementRule(sink: StatementSink, rule: ExpressionRule) {
  function statements(of: readonly Node[]): void {
    let mayHaveLeft = false;
    for (const statement of of) {
      if (mayHaveLeft) sink.begin(statement);
      count(statement);
      mayHaveLeft = branches(statement);
    }
  }

  function body(node: Node): void {
    if (node.type === 'BlockStatement') statements(list(node, 'body'));
    else count(node);
  }

  const jump = (node: Node) => sink.add(node, 'local');

  const STATEMENTS: Readonly<Record<string, (node: Node) => void>> = {
    ExpressionStatement: (node) => rule.effect(part(node, 'expression')),
    VariableDeclaration: declarations,
    ReturnStatement: result,
    ThrowStatement: thrown,
    IfStatement: conditional,
    ForStatement: loop,
    WhileStatement: loop,
    DoWhileStatement: loop,
    ForOfStatement: loopOverElements,
    ForInStatement: loopOverElements,
    SwitchStatement: selection,
    TryStatement: attempt,
    BlockStatement: (node) => statements(list(node, 'body')),
    LabeledStatement: (node) => count(part(node, 'body')),
    BreakStatement: jump,
    ContinueStatement: jump,
    ClassDeclaration: (node) => sink.classWithin(node),
  };

  function count(node: Node): void {
    const known = STATEMENTS[node.type];
    if (known) known(node);
    else if (isFunction(node)) sink.functionWithin(node, false);
  }

  function result(node: Node): void {
    const value = optional(node, 'argument');
    if (value) rule.value(value);
    sink.add(node, 'invoke');
  }

  function thrown(node: Node): void {
    rule.value(part(node, 'argument'));
    sink.add(node, 'local');
  }

  function declarations(node: Node): void {
    for (const declarator of list(node, 'declarations')) {
      const initial = optional(declarator, 'init');
      if (!initial) continue;
      const target = part(declarator, 'id');
      if (isFunction(initial) && target.type === 'Identifier') sink.hint(text(target, 'name'));
      rule.value(initial);
      rule.bind(target);
    }
  }

  function conditional(node: Node): void {
    const [consequent, alternate] = [part(node, 'consequent'), optional(node, 'alternate')];
    rule.condition(part(node, 'test'));
    sink.branch(consequent, () => {
      body(consequent);
      if (alternate) sink.add(node, 'local');
    });
    if (alternate) sink.branch(alternate, () => body(alternate));
  }

  function loop(node: Node): void {
    const initial = node.type === 'ForStatement' ? optional(node, 'init') : null;
    if (initial?.type === 'VariableDeclaration') declarations(initial);
    else if (initial) rule.effect(initial);
    const test = optional(node, 'test');
    const inner = part(node, 'body');
    if (test) sink.apart(test, () => rule.condition(test));
    sink.branch(inner, () => {
      body(inner);
      if (node.type !== 'DoWhileStatement') sink.add(node, 'local');
    });
    const update = node.type === 'ForStatement' ? optional(node, 'update') : null;
    if (update) sink.apart(update, () => rule.effect(update));
  }

  function loopOverElements(node: Node): void {
    rule.value(part(node, 'right'));
    sink.add(node, 'local', 2 + 3);
    sink.add(node, 'memory');
    const inner = part(node, 'body');
    sink.branch(inner, () => {
      sink.add(node, 'local', ROUND.local);
      sink.add(node, 'memory', ROUND.memory);
      const left = part(node, 'left');
      const pattern = left.type === 'VariableDeclaration' ? part(list(left, 'declarations')[0]!, 'id') : left;
      if (pattern.type !== 'Identifier') rule.bind(pattern);
      body(inner);
    });
  }

  function selection(node: Node): void {
    rule.value(part(node, 'discriminant'));
    sink.add(node, 'local');
    for (const each of list(node, 'cases')) {
      const code = list(each, 'consequent');
      if (code.length > 0) sink.begin(code[0]!);
      statements(code);
    }
  }

  function attempt(node: Node): void {
    const handler = optional(node, 'handler');
    const last = optional(node, 'finalizer');
    const tried = part(node, 'block');
    sink.branch(tried, () => body(tried));
    if (handler) {
      const caught = part(handler, 'body');
      sink.branch(caught, () => body(caught));
    }
    if (last) sink.branch(last, () => body(last));
  }

  return { statements };
}

/** Whether what follows a statement may be left out although the statement began. */
export function branches(node: Node): boolean {
  return !/^(?:Expression|VariableDeclaration|Return|Throw|Break|Continue|Function|Class)/.test(node.type);
}
