/** The two ways to build the card's programs, and what computing takes on each. */
import type { CardTiming } from './card-profile.js';
import { type Cost, costOf, NO_COST } from './cost-interval.js';
import type { BytecodeCount } from './metering/counted-block.js';

/**
 * `javacard`: an applet on the public API, interpreted, without arithmetic on large numbers or points.
 * `native`: the vendor's own operating system, compiled, with the whole coprocessor at hand.
 */
export const PLATFORMS = ['javacard', 'native'] as const;
export type Platform = (typeof PLATFORMS)[number];

/**
 * Time of compiled code as a share of interpreted bytecodes: least, likely, most. Nobody timed compiled code on
 * these cards. An interpreter that spends 4 µs on adding two locals spends over a hundred cycles of a 30 MHz core
 * on it; compiled it takes a few cycles, and more where memory is slow.
 */
const NATIVE_SHARE = [1 / 50, 1 / 20, 1 / 8] as const;

/** Bytecodes on a card: interpreted at the speeds of its own benchmarks, or compiled. */
export function bytecodeCost({ bytecode }: CardTiming, platform: Platform, count: BytecodeCount): Cost {
  if (count.local + count.memory + count.invoke === 0) return NO_COST;
  if (bytecode === null) return { ms: null, missing: ['bytecode'] };
  const invokeUs = bytecode.invokeUs ?? 4 * bytecode.localUs + 2 * bytecode.memoryUs;
  const us = count.local * bytecode.localUs + count.memory * bytecode.memoryUs + count.invoke * invokeUs;
  const ms = (us * (bytecode.fittedFactor?.value ?? 1)) / 1000;
  if (platform === 'javacard') return costOf({ ms, label: bytecode.label });
  const [least, likely, most] = NATIVE_SHARE;
  return { ms: ms * likely, lowMs: ms * least, highMs: ms * most, label: 'estimated' };
}
