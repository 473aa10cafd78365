import { boundNames, children, isFunction, list, type Node, optional, part, text } from './syntax.js';

/** Where a name lives, and so what it takes to load it. */
export type Place =
  /** A local variable or parameter. */
  | 'local'
  /** A variable of the function around: in Java a field of the object that the closure is. */
  | 'captured'
  /** A constant that the compiler puts into the code. */
  | 'constant'
  /** A static field. */
  | 'static'
  /** A function or class, or a name of the language: nothing is loaded. */
  | 'none';

/** The names of one module and of the functions that are being read. */
export class Scopes {
  private readonly functions: Set<string>[] = [];
  private readonly module = new Map<string, Place>();

  constructor(program: Node) {
    for (const statement of list(program, 'body')) this.declareInModule(statement);
  }

  place(name: string): Place {
    const depth = this.functions.findLastIndex((names) => names.has(name));
    if (depth >= 0) return depth === this.functions.length - 1 ? 'local' : 'captured';
    if (name === 'undefined') return 'constant';
    return this.module.get(name) ?? 'none';
  }

  /** Reads `work` with the names of a function. */
  inside(node: Node, work: () => void): void {
    const names = new Set(list(node, 'params').flatMap(boundNames));
    collect(part(node, 'body'), names);
    this.functions.push(names);
    work();
    this.functions.pop();
  }

  private declareInModule(statement: Node): void {
    if (statement.type === 'ImportDeclaration') {
      for (const specifier of list(statement, 'specifiers')) {
        const name = text(part(specifier, 'local'), 'name');
        // House style: constants are in capitals, everything else that is imported is a function or a class.
        this.module.set(name, isConstantName(name) ? 'static' : 'none');
      }
      return;
    }
    const declaration = optional(statement, 'declaration') ?? statement;
    if (declaration.type !== 'VariableDeclaration') return;
    for (const declarator of list(declaration, 'declarations')) {
      const place = placeOfInitial(optional(declarator, 'init'));
      for (const name of boundNames(part(declarator, 'id'))) this.module.set(name, place);
    }
  }
}

export function isConstantName(name: string): boolean {
  return /^[A-Z][A-Z0-9_]*$/.test(name);
}

function placeOfInitial(initial: Node | null): Place {
  if (initial === null) return 'static';
  if (isFunction(initial)) return 'none';
  return initial.type === 'Literal' || initial.type === 'UnaryExpression' ? 'constant' : 'static';
}

/** Names declared in a function's body, whatever the block; those of functions within are theirs. */
function collect(node: Node, names: Set<string>): void {
  if (node.type === 'VariableDeclarator') for (const name of boundNames(part(node, 'id'))) names.add(name);
  const caught = node.type === 'CatchClause' ? optional(node, 'param') : null;
  if (caught) for (const name of boundNames(caught)) names.add(name);
  for (const child of children(node)) if (!isFunction(child)) collect(child, names);
}
