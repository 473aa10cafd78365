/**
 * What instrumented code counts into while it runs: a tree of calls, each with the executions of its blocks
 * and what it asked of the platform. A copy of this module lies beside the instrumented modules, so that they
 * and their counters are one program; it therefore imports nothing.
 */

/** One function as called from one place in the tree. */
export type CallNode = {
  /** Number of the function; -1 for the root. */
  readonly fn: number;
  readonly parent: CallNode | null;
  readonly children: CallNode[];
  /** Executions by block. */
  readonly runs: Float64Array;
  /** `kind|name|length` → how often, of what was asked of the platform. */
  readonly events: Map<string, number>;
};

/** Number of blocks by function. */
const blocks: number[] = [];
const newNode = (fn: number, parent: CallNode | null): CallNode => ({
  fn,
  parent,
  children: [],
  runs: new Float64Array(fn < 0 ? 0 : blocks[fn]!),
  events: new Map(),
});
let current = newNode(-1, null);

/** Functions of a module: the number of the first, and how many blocks each has. */
export function declare(first: number, counts: readonly number[]): void {
  for (const [index, count] of counts.entries()) blocks[first + index] = count;
}

/** The call tree since the last time; counting begins anew. */
export function take(): CallNode {
  let root = current;
  while (root.parent) root = root.parent;
  current = newNode(-1, null);
  keysSeen = new Set();
  return root;
}

/** At the entry of a function: its counters. */
export function enter(fn: number): Float64Array {
  for (const child of current.children) {
    if (child.fn !== fn) continue;
    current = child;
    return child.runs;
  }
  const node = newNode(fn, current);
  current.children.push(node);
  current = node;
  return node.runs;
}

/** At every exit. */
export function leave(): void {
  current = current.parent ?? current;
}

/** Something asked of the platform: a copy, a coprocessor operation, a page write. */
export function event(kind: string, name: string, length: number): void {
  const key = `${kind}|${name}|${length}`;
  current.events.set(key, (current.events.get(key) ?? 0) + 1);
}

/** Keys that were used since the last {@link take}. */
let keysSeen = new Set<string>();

/** 1 for a key that is used for the first time in a command, 0 for one that its object holds already. */
export function isNew(key: Uint8Array): number {
  const value = key.join();
  const known = keysSeen.has(value);
  keysSeen.add(value);
  return known ? 0 : 1;
}

/** What has methods of these names, bytes or not. */
type Target = Readonly<Record<'set' | 'slice' | 'fill', (...values: readonly unknown[]) => unknown>>;

/** `target.set(…)`, counted when the target is a byte array. */
export function set(target: unknown, ...values: readonly unknown[]): unknown {
  if (target instanceof Uint8Array) event('copy', 'R2R', (values[0] as Uint8Array).length);
  return (target as Target).set(...values);
}

/** `target.slice(…)`, counted when the target is a byte array. */
export function slice(target: unknown, ...values: readonly unknown[]): unknown {
  const part = (target as Target).slice(...values);
  if (target instanceof Uint8Array) event('copy', 'R2R', (part as Uint8Array).length);
  return part;
}

/** `target.fill(…)`, counted when the target is a byte array. */
export function fill(target: unknown, ...values: readonly unknown[]): unknown {
  if (target instanceof Uint8Array) {
    event('copy', 'fill', target.subarray(...(values.slice(1) as [number?, number?])).length);
  }
  return (target as Target).fill(...values);
}
