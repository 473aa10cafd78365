/** Reads a call tree: what it counted, by function and line. */
import { BYTECODE_CLASSES, type BytecodeCount, type CountedFunction } from './counted-block.js';
import type { CallNode } from './counters.js';

/**
 * Something asked of the platform: a copy (`R2R`, `E2R`, `fill`), a coprocessor operation, a key given to it
 * (length 1 when its object held another one before), a page write.
 */
export type PlatformEvent = {
  readonly kind: 'copy' | 'operation' | 'key' | 'page';
  readonly name: string;
  readonly length: number;
  readonly count: number;
};

/** Bytecodes of one call, without those of the calls within. */
export function ownBytecodes(node: CallNode, functions: readonly CountedFunction[]): BytecodeCount {
  return sumOf(linesOf(node, functions).values());
}

/** Bytecodes of one call by source line, without those of the calls within. */
export function linesOf(
  node: CallNode,
  functions: readonly CountedFunction[],
): ReadonlyMap<number, BytecodeCount> {
  const lines = new Map<number, BytecodeCount>();
  if (node.fn < 0) return lines;
  for (const [index, block] of functions[node.fn]!.blocks.entries()) {
    const runs = node.runs[index]!;
    if (runs === 0) continue;
    for (const counted of block.lines) {
      const before = lines.get(counted.line) ?? NO_BYTECODES;
      lines.set(counted.line, plusTimes(before, counted, runs));
    }
  }
  return lines;
}

/** Bytecodes of a call and all calls within. */
export function bytecodesOf(node: CallNode, functions: readonly CountedFunction[]): BytecodeCount {
  return sumOf([...callsIn(node)].map((call) => ownBytecodes(call, functions)));
}

/** What a call asked of the platform itself. */
export function ownEvents(node: CallNode): readonly PlatformEvent[] {
  return [...node.events].map(([key, count]) => {
    const [kind, name, length] = key.split('|');
    return { kind: kind as PlatformEvent['kind'], name: name!, length: Number(length), count };
  });
}

/** What a call and all calls within asked of the platform; equal events together. */
export function eventsOf(nodes: readonly CallNode[]): readonly PlatformEvent[] {
  const events = new Map<string, PlatformEvent>();
  for (const event of nodes.flatMap((node) => [...callsIn(node)]).flatMap(ownEvents)) {
    const key = `${event.kind}|${event.name}|${event.length}`;
    events.set(key, { ...event, count: event.count + (events.get(key)?.count ?? 0) });
  }
  return [...events.values()];
}

/** A call and all calls within, outermost first. */
export function* callsIn(node: CallNode): Generator<CallNode> {
  yield node;
  for (const child of node.children) yield* callsIn(child);
}

/** Deepest nesting of calls below a node. */
export function callDepth(node: CallNode): number {
  return node.children.reduce((deepest, child) => Math.max(deepest, 1 + callDepth(child)), 0);
}

export const NO_BYTECODES: BytecodeCount = { local: 0, memory: 0, invoke: 0 };

export function sumOf(counts: Iterable<BytecodeCount>): BytecodeCount {
  let sum = NO_BYTECODES;
  for (const count of counts) sum = plusTimes(sum, count, 1);
  return sum;
}

function plusTimes(a: BytecodeCount, b: BytecodeCount, times: number): BytecodeCount {
  const sum = { ...NO_BYTECODES };
  for (const kind of BYTECODE_CLASSES) sum[kind] = a[kind] + b[kind] * times;
  return sum;
}
