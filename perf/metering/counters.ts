/**
 * What instrumented code counts into while it runs. A copy of this module lies beside the instrumented
 * modules, so that they and their counters are one program; it therefore imports nothing.
 */

/** Room for the blocks of all modules; the build refuses more. */
export const MAX_BLOCKS = 1 << 15;

/** Executions by block. */
export const runs = new Float64Array(MAX_BLOCKS);
/** Bytes copied, of blocks that are copies. */
export const bytes = new Float64Array(MAX_BLOCKS);

/** One copy of so many bytes. */
export function copied(block: number, length: number): void {
  runs[block]!++;
  bytes[block]! += length;
}

/** What has methods of these names, bytes or not. */
type Target = Readonly<Record<'set' | 'slice' | 'fill', (...values: readonly unknown[]) => unknown>>;

/** `target.set(…)`, counted when the target is a byte array. */
export function set(block: number, target: unknown, ...values: readonly unknown[]): unknown {
  if (target instanceof Uint8Array) copied(block, (values[0] as Uint8Array).length);
  return (target as Target).set(...values);
}

/** `target.slice(…)`, counted when the target is a byte array. */
export function slice(block: number, target: unknown, ...values: readonly unknown[]): unknown {
  const part = (target as Target).slice(...values);
  if (target instanceof Uint8Array) copied(block, (part as Uint8Array).length);
  return part;
}

/** `target.fill(…)`, counted when the target is a byte array. */
export function fill(block: number, target: unknown, ...values: readonly unknown[]): unknown {
  if (target instanceof Uint8Array)
    copied(block, target.subarray(...(values.slice(1) as [number?, number?])).length);
  return (target as Target).fill(...values);
}
