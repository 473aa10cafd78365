/**
 * Measures readers of a pcscd through our own driver, and with a native program where one is given:
 * `path-client.ts COUNT NATIVE|- READER…`, beside a private pcscd. Prints the rates as JSON, in order.
 */

import { spawnSync } from 'node:child_process';
import { toHex } from '../../apdu/index.js';
import { connectPcsc } from '../../reader-drivers/index.js';
import { measure, type Rate, rateOf } from './measure.js';
import { MEASURED_COMMAND } from './served-card.js';

const [count, native, ...readers] = process.argv.slice(2);
const results: { readonly reader: string; readonly ours: Rate; readonly native?: Rate }[] = [];
for (const reader of readers) {
  const connection = await connectPcsc({ reader, timeoutMs: 20_000 });
  const ours = await measure((command) => connection.transmit(command), Number(count));
  await connection.close();
  results.push({ reader, ours, ...(native === '-' ? {} : { native: measureNative(reader) }) });
}
console.log(JSON.stringify(results));

/** The native program prints the time of each command in nanoseconds, a line each. */
function measureNative(reader: string): Rate {
  const run = spawnSync(native!, [reader, toHex(MEASURED_COMMAND), count!], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`the native client: ${run.stderr}`);
  const microseconds = Float64Array.from(run.stdout.trim().split('\n'), (line) => Number(line) / 1000);
  return rateOf(microseconds, microseconds.reduce((sum, each) => sum + each, 0) / 1_000_000);
}
