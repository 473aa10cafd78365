/** Puts counters into compiled code: one for every run of code that is executed as a whole. */
import { createRequire } from 'node:module';
import type * as Parser from 'oxc-parser';
import type { BytecodeClass, CountedFunction } from './counted-block.js';
import { type CopyMethod, type ExpressionRule, makeExpressionRule } from './counting-expressions.js';
import { branches, makeStatementRule, type StatementSink } from './counting-statements.js';
import { Scopes } from './scopes.js';
import { isFunction, list, type Node, optional, part, text } from './syntax.js';
import { type Edit, edited } from './text-edits.js';

/** One module to be instrumented. */
export type ModuleSource = {
  /** File that counts are shown for, from the root of the sources. */
  readonly file: string;
  /** ECMAScript as the compiler wrote it. */
  readonly code: string;
  /** 1-based line of the source for a position in the code. */
  readonly lineAt: (position: number) => number;
  /** Specifier of the module that holds the counters. */
  readonly counters: string;
  /** Number of the first function. */
  readonly firstFunction: number;
  /**
   * In a file of the platform nothing is counted but these events: method → the three expressions that
   * `event` takes (kind, name, length).
   */
  readonly events?: Readonly<Record<string, readonly [string, string, string]>>;
};

export type InstrumentedModule = { readonly code: string; readonly functions: readonly CountedFunction[] };

/** @throws {SyntaxError} for code that is no module. */
export function instrument(source: ModuleSource): InstrumentedModule {
  // loaded here, for the program runs without the parser's binary wherever nothing is instrumented
  const { parseSync } = createRequire(import.meta.url)('oxc-parser') as typeof Parser;
  const parsed = parseSync(source.file.replace(/\.ts$/, '.js'), source.code);
  if (parsed.errors.length > 0) throw new SyntaxError(`${source.file}: ${parsed.errors[0]!.message}`);
  return new Instrumenter(source, parsed.program as unknown as Node).run();
}

type OpenBlock = Map<number, Record<BytecodeClass, number>>;
type OpenFunction = { readonly name: string; readonly line: number; readonly blocks: OpenBlock[] };

class Instrumenter implements StatementSink {
  readonly scopes: Scopes;
  private readonly edits: Edit[] = [];
  private readonly functions: OpenFunction[] = [];
  private readonly rule: ExpressionRule;
  private readonly code: ReturnType<typeof makeStatementRule>;
  /** Names around what is being read: class, function. */
  private path = '';
  /** What stands outside of functions is counted here and thrown away: it runs when the module is loaded. */
  private inside: OpenFunction = { name: '', line: 1, blocks: [] };
  private current: OpenBlock = new Map();
  /** Whether code is being read whose counters exist: that of functions, but not of their default values. */
  private isRunning = false;
  private nextName: string | undefined;

  constructor(
    private readonly source: ModuleSource,
    private readonly program: Node,
  ) {
    this.scopes = new Scopes(program);
    this.rule = makeExpressionRule(this);
    this.code = makeStatementRule(this, this.rule);
  }

  run(): InstrumentedModule {
    for (const statement of list(this.program, 'body')) this.moduleLevel(statement);
    const { file, counters, firstFunction } = this.source;
    const names = ['declare', 'enter', 'leave', 'event', 'isNew', 'set', 'slice', 'fill'];
    const imports = names.map((name) => `${name} as $${name}`).join(', ');
    const sizes = this.functions.map(({ blocks }) => blocks.length);
    // In parts, so that whoever looks for the imports of this file does not find one more.
    const head = ['import', `{ ${imports} }`, 'from', `'${counters}';`].join(' ');
    return {
      code: `${head}$declare(${firstFunction}, [${sizes}]);${edited(this.source.code, this.edits)}`,
      functions: this.functions.map(({ name, line, blocks }) => ({
        file,
        name,
        line,
        blocks: blocks.map((block) => ({ lines: linesOf(block) })),
      })),
    };
  }

  add(node: Node, kind: BytecodeClass, count = 1): void {
    const line = this.source.lineAt(node.start);
    const counts = this.current.get(line) ?? { local: 0, memory: 0, invoke: 0 };
    counts[kind] += count;
    this.current.set(line, counts);
  }

  apart(node: Node, work: () => void): void {
    // Loading a constant or a variable is not worth a counter of its own.
    const isTrivial = node.type === 'Literal' || node.type === 'Identifier' || isFunction(node);
    if (isTrivial || !this.isRunning) {
      work();
      return;
    }
    this.withBlock(() => {
      this.edit(node.start, `(${this.increment()}, `);
      work();
      this.edit(node.end, ')');
    });
  }

  begin(statement: Node): void {
    if (!this.isRunning) return;
    this.current = this.newBlock();
    this.edit(statement.start, `${this.increment()};`);
  }

  branch(body: Node, work: () => void): void {
    if (!this.isRunning) {
      work();
      return;
    }
    this.withBlock(() => {
      const isBlock = body.type === 'BlockStatement';
      const prefix = `${isBlock ? '' : '{'}${this.increment()};`;
      this.edit(isBlock ? body.start + 1 : body.start, prefix);
      work();
      if (!isBlock) this.edit(body.end, '}');
    });
  }

  functionWithin(node: Node, perElement: boolean): void {
    const own = optional(node, 'id');
    const hint = this.nextName;
    this.nextName = undefined;
    const name = own ? text(own, 'name') : (hint ?? `line ${this.source.lineAt(node.start)}`);
    this.functionNamed(name, node, () => {
      // The loop around a callback: test, load of the element, step, jump, and the call.
      if (!perElement) return;
      this.add(node, 'local', 11);
      this.add(node, 'memory', 2);
      this.add(node, 'invoke');
    });
  }

  classWithin(node: Node): void {
    const name = optional(node, 'id');
    this.named(name ? `${text(name, 'name')}.` : '', () => {
      for (const member of list(part(node, 'body'), 'body')) this.member(member);
    });
  }

  hint(name: string): void {
    this.nextName = name;
  }

  copyCall(call: Node, method: CopyMethod, work: () => void): void {
    const callee = part(call, 'callee');
    this.edit(call.start, `$${method}(`);
    work();
    const open = this.source.code.indexOf('(', part(callee, 'property').end);
    this.edit(part(callee, 'object').end, ', ', open + 1);
  }

  private moduleLevel(statement: Node): void {
    const declaration = optional(statement, 'declaration') ?? statement;
    if (declaration.type === 'ImportDeclaration' || /^Export/.test(declaration.type)) return;
    if (this.source.events && declaration.type !== 'ClassDeclaration') return;
    this.code.statements([declaration]);
  }

  private member(member: Node): void {
    const value = optional(member, 'value');
    const key = optional(member, 'key');
    if (!value || !key) return;
    const name = text(key, 'name');
    const { events } = this.source;
    if (events) {
      const body = optional(value, 'body');
      if (Object.hasOwn(events, name) && body)
        this.edit(body.start + 1, `$event(${events[name]!.join(', ')});`);
      return;
    }
    if (member.type === 'MethodDefinition') this.method(name, member, value);
    // Initial values of fields: few of them are in what runs during a command.
    else this.rule.value(value);
  }

  private method(name: string, member: Node, value: Node): void {
    const isAccessor = member.kind === 'get' || member.kind === 'set';
    this.functionNamed(name, value, () => {
      // Whoever reads or writes the property counted a field.
      if (isAccessor) this.add(value, 'invoke');
    });
  }

  private functionNamed(name: string, node: Node, atEntry: () => void): void {
    const separator = this.path === '' || this.path.endsWith('.') ? '' : '›';
    this.named(`${this.path}${separator}${name}`, () => {
      const before = { inside: this.inside, isRunning: this.isRunning };
      const own = { name: this.path, line: this.source.lineAt(node.start), blocks: [] };
      const id = this.source.firstFunction + this.functions.length;
      this.functions.push(own);
      this.inside = own;
      this.scopes.inside(node, () => this.functionBody(node, id, atEntry));
      Object.assign(this, before);
    });
  }

  private functionBody(node: Node, id: number, atEntry: () => void): void {
    const body = part(node, 'body');
    const isBlock = body.type === 'BlockStatement';
    const enter = `const $runs = $enter(${id}); try {`;
    this.withBlock(() => {
      this.isRunning = false;
      this.parameters(node);
      this.isRunning = true;
      const start = isBlock ? `${enter}${this.increment()};` : `{${enter}${this.increment()}; return `;
      this.edit(isBlock ? body.start + 1 : body.start, start);
      atEntry();
      if (isBlock) this.statementsOf(node, body);
      else {
        this.rule.value(body);
        this.add(body, 'invoke');
      }
      this.edit(
        isBlock ? body.end - 1 : body.end,
        isBlock ? '} finally { $leave(); }' : ';} finally { $leave(); }}',
      );
    });
  }

  private statementsOf(node: Node, body: Node): void {
    const statements = list(body, 'body');
    this.code.statements(statements);
    const last = statements.at(-1);
    if (last && /^(?:Return|Throw)/.test(last.type)) return;
    if (last && branches(last)) {
      this.current = this.newBlock();
      this.edit(body.end - 1, `${this.increment()};`);
    }
    this.add(node, 'invoke');
  }

  /** Default values are evaluated before the counters of the call are there: they count as taken. */
  private parameters(node: Node): void {
    for (const parameter of list(node, 'params')) {
      if (parameter.type !== 'Identifier' && parameter.type !== 'RestElement') this.rule.bind(parameter);
    }
  }

  private withBlock(work: () => void): void {
    const before = this.current;
    this.current = this.newBlock();
    work();
    this.current = before;
  }

  private named(path: string, work: () => void): void {
    const before = this.path;
    this.path = path;
    work();
    this.path = before;
  }

  private newBlock(): OpenBlock {
    const block: OpenBlock = new Map();
    this.inside.blocks.push(block);
    return block;
  }

  /** Counts an execution of the newest block. */
  private increment(): string {
    return `$runs[${this.inside.blocks.length - 1}]++`;
  }

  private edit(at: number, added: string, end = at): void {
    this.edits.push({ at, end, text: added });
  }
}

function linesOf(block: OpenBlock): CountedFunction['blocks'][number]['lines'] {
  return [...block].map(([line, each]) => ({ line, ...each })).sort((a, b) => a.line - b.line);
}
