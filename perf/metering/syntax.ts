/** The little of an ESTree syntax tree that counting needs; whatever else a node has stays unknown. */

/** A node: its type, where it stands, and its parts by name. */
export type Node = {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [part: string]: unknown;
};

/** A part that is a node. */
export function part(node: Node, name: string): Node {
  return node[name] as Node;
}

/** A part that may be absent. */
export function optional(node: Node, name: string): Node | null {
  return (node[name] as Node | null | undefined) ?? null;
}

/** A part that is a list; holes of array patterns are left out. */
export function list(node: Node, name: string): readonly Node[] {
  return ((node[name] as readonly (Node | null)[] | null | undefined) ?? []).filter((item) => item !== null);
}

/** A part that is text. */
export function text(node: Node, name: string): string {
  return String(node[name]);
}

/** The expression inside any parentheses. */
export function bare(node: Node): Node {
  return node.type === 'ParenthesizedExpression' || node.type === 'ChainExpression'
    ? bare(part(node, 'expression'))
    : node;
}

/** Nodes directly within a node. */
export function children(node: Node): readonly Node[] {
  return Object.values(node)
    .flat()
    .filter((value): value is Node => typeof value === 'object' && value !== null && 'type' in value);
}

export function isFunction(node: Node): boolean {
  return /Function/.test(node.type);
}

/** Names that a pattern binds. */
export function boundNames(pattern: Node): readonly string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [text(pattern, 'name')];
    case 'ObjectPattern':
      return list(pattern, 'properties').flatMap((property) =>
        boundNames(part(property, property.type === 'RestElement' ? 'argument' : 'value')),
      );
    case 'ArrayPattern':
      return list(pattern, 'elements').flatMap(boundNames);
    case 'AssignmentPattern':
      return boundNames(part(pattern, 'left'));
    case 'RestElement':
      return boundNames(part(pattern, 'argument'));
    default:
      return [];
  }
}
