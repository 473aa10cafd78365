/** Puts counters into compiled code: one for every run of code that is executed as a whole. */
import { parseSync } from 'oxc-parser';
import type { BytecodeClass, CopyKind, CountedBlock, LineCount } from './counted-block.js';
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
  /** Number of the first block. */
  readonly firstId: number;
  /** In a file of the platform nothing is counted but copies: method → expression of the bytes it copies. */
  readonly copies?: Readonly<Record<string, { readonly kind: CopyKind; readonly bytes: string }>>;
};

export type InstrumentedModule = { readonly code: string; readonly blocks: readonly CountedBlock[] };

/** @throws {SyntaxError} for code that is no module. */
export function instrument(source: ModuleSource): InstrumentedModule {
  const parsed = parseSync(source.file.replace(/\.ts$/, '.js'), source.code);
  if (parsed.errors.length > 0) throw new SyntaxError(`${source.file}: ${parsed.errors[0]!.message}`);
  return new Instrumenter(source, parsed.program as unknown as Node).run();
}

type OpenBlock = Omit<CountedBlock, 'lines'> & {
  readonly counts: Map<number, Record<BytecodeClass, number>>;
};

class Instrumenter implements StatementSink {
  readonly scopes: Scopes;
  private readonly edits: Edit[] = [];
  private readonly blocks: OpenBlock[] = [];
  private readonly rule: ExpressionRule;
  private readonly code: ReturnType<typeof makeStatementRule>;
  private current: OpenBlock;
  private inside = { name: '', line: 1 };
  /** Name that a function without one gets from where it stands. */
  private nameHere = '';

  constructor(
    private readonly source: ModuleSource,
    private readonly program: Node,
  ) {
    this.scopes = new Scopes(program);
    this.rule = makeExpressionRule(this);
    this.code = makeStatementRule(this, this.rule);
    this.current = this.newBlock();
  }

  run(): InstrumentedModule {
    // What runs when the module is loaded counts into the first block, which is never executed.
    for (const statement of list(this.program, 'body')) this.moduleLevel(statement);
    const names = 'runs as $runs, set as $set, slice as $slice, fill as $fill, copied as $copied';
    return {
      code: `import { ${names} } from '${this.source.counters}';${edited(this.source.code, this.edits)}`,
      blocks: this.blocks.map(({ counts, ...block }) => ({ ...block, lines: linesOf(counts) })),
    };
  }

  add(node: Node, kind: BytecodeClass, count = 1): void {
    const line = this.source.lineAt(node.start);
    const counts = this.current.counts.get(line) ?? { local: 0, memory: 0, invoke: 0 };
    counts[kind] += count;
    this.current.counts.set(line, counts);
  }

  apart(node: Node, work: () => void): void {
    // Loading a constant or a variable is not worth a counter of its own.
    const isTrivial = node.type === 'Literal' || node.type === 'Identifier' || isFunction(node);
    if (isTrivial) work();
    else this.wrap(node, work);
  }

  begin(statement: Node): void {
    this.current = this.newBlock();
    this.edit(statement.start, `$runs[${this.current.id}]++;`);
  }

  branch(body: Node, work: () => void): void {
    this.withBlock(() => {
      const { id } = this.current;
      const isBlock = body.type === 'BlockStatement';
      this.edit(isBlock ? body.start + 1 : body.start, `${isBlock ? '' : '{'}$runs[${id}]++;`);
      work();
      if (!isBlock) this.edit(body.end, '}');
    });
  }

  functionWithin(node: Node, perElement: boolean): void {
    const own = optional(node, 'id');
    const name = own ? text(own, 'name') : this.nameHere || 'each';
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
    this.named(name ? text(name, 'name') : 'class', node, () => {
      for (const member of list(part(node, 'body'), 'body')) this.member(member);
    });
  }

  copyCall(call: Node, method: CopyMethod, work: () => void): void {
    const object = part(part(call, 'callee'), 'object');
    const copy = this.newBlock(method === 'fill' ? 'fill' : 'R2R', this.source.lineAt(call.start));
    this.edit(call.start, `$${method}(${copy.id}, `);
    work();
    const open = this.source.code.indexOf('(', part(part(call, 'callee'), 'property').end);
    this.edit(object.end, ', ', open + 1);
  }

  private moduleLevel(statement: Node): void {
    const declaration = optional(statement, 'declaration') ?? statement;
    if (declaration.type === 'ImportDeclaration' || /^Export/.test(declaration.type)) return;
    if (this.source.copies && declaration.type !== 'ClassDeclaration') return;
    this.code.statements([declaration]);
  }

  private member(member: Node): void {
    const value = optional(member, 'value');
    const key = optional(member, 'key');
    if (!value || !key) return;
    const name = text(key, 'name');
    const { copies } = this.source;
    if (copies) {
      if (Object.hasOwn(copies, name)) this.platformCopy(name, value);
    } else if (member.type !== 'MethodDefinition') this.initial(value);
    else this.method(name, member, value);
  }

  private initial(value: Node): void {
    this.named('constructor', value, () =>
      this.wrap(value, () => {
        this.rule.value(value);
        this.add(value, 'local');
        this.add(value, 'memory');
      }),
    );
  }

  private method(name: string, member: Node, value: Node): void {
    const isAccessor = member.kind === 'get' || member.kind === 'set';
    this.functionNamed(name, value, () => {
      // Whoever reads or writes the property counted a field.
      if (isAccessor) this.add(value, 'invoke');
    });
  }

  private platformCopy(method: string, node: Node): void {
    const { kind, bytes } = this.source.copies![method]!;
    this.named(method, node, () => {
      const { id } = this.newBlock(kind, this.source.lineAt(node.start));
      this.edit(part(node, 'body').start + 1, `$copied(${id}, ${bytes});`);
    });
  }

  private functionNamed(name: string, node: Node, atEntry: () => void): void {
    this.named(name, node, () => {
      this.scopes.inside(node, () => {
        const body = part(node, 'body');
        if (body.type === 'BlockStatement') this.branch(body, () => this.functionBody(node, body, atEntry));
        else {
          this.wrap(body, () => {
            this.atEntry(node, atEntry);
            this.rule.value(body);
            this.add(body, 'invoke');
          });
        }
      });
    });
  }

  private functionBody(node: Node, body: Node, atEntry: () => void): void {
    this.atEntry(node, atEntry);
    const statements = list(body, 'body');
    this.code.statements(statements);
    const last = statements.at(-1);
    if (last && /^(?:Return|Throw)/.test(last.type)) return;
    if (last && branches(last)) {
      this.current = this.newBlock();
      this.edit(body.end - 1, `$runs[${this.current.id}]++;`);
    }
    this.add(node, 'invoke');
  }

  private atEntry(node: Node, work: () => void): void {
    work();
    for (const parameter of list(node, 'params')) {
      if (parameter.type !== 'Identifier' && parameter.type !== 'RestElement') this.rule.bind(parameter);
    }
  }

  /** `node` → `($runs[n]++, node)`. */
  private wrap(node: Node, work: () => void): void {
    this.withBlock(() => {
      this.edit(node.start, `($runs[${this.current.id}]++, `);
      work();
      this.edit(node.end, ')');
    });
  }

  private withBlock(work: () => void): void {
    const before = this.current;
    this.current = this.newBlock();
    work();
    this.current = before;
  }

  private named(name: string, node: Node, work: () => void): void {
    const before = this.inside;
    const separator =
      before.name === '' ? '' : /^[A-Z]/.test(before.name) && !before.name.includes('.') ? '.' : '›';
    this.inside = { name: `${before.name}${separator}${name}`, line: this.source.lineAt(node.start) };
    work();
    this.inside = before;
  }

  private newBlock(copy?: CopyKind, line?: number): OpenBlock {
    const block: OpenBlock = {
      id: this.source.firstId + this.blocks.length,
      file: this.source.file,
      functionName: this.inside.name,
      functionLine: this.inside.line,
      counts: new Map(line === undefined ? [] : [[line, { local: 0, memory: 0, invoke: 0 }]]),
      ...(copy === undefined ? {} : { copy }),
    };
    this.blocks.push(block);
    return block;
  }

  private edit(at: number, added: string, end = at): void {
    this.edits.push({ at, end, text: added });
  }
}

function linesOf(counts: OpenBlock['counts']): readonly LineCount[] {
  return [...counts].map(([line, each]) => ({ line, ...each })).sort((a, b) => a.line - b.line);
}
