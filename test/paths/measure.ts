/** Rates and latencies of commands, one after the other. */

import { toHex } from '../../apdu/index.js';
import { MEASURED_COMMAND } from './served-card.js';

export type Rate = {
  /** Commands a second, over the whole run. */
  readonly perSecond: number;
  /** Latency of one command in microseconds: half of them, and 99 of 100, took no longer. */
  readonly p50Us: number;
  readonly p99Us: number;
  readonly commands: number;
};

const WARM_UP = 200;

type Transmit = (command: Uint8Array) => Promise<Uint8Array>;

/** Sends the measured command `count` times. @throws {Error} for an answer that neither card gives. */
export function measure(transmit: Transmit, count: number): Promise<Rate> {
  return measureEach(async () => {
    const answer = toHex(await transmit(MEASURED_COMMAND));
    if (answer !== '9000' && answer !== '6a82') throw new Error(`the card answers ${answer}`);
  }, count);
}

/** Sends a command with data whose answer waits, and fetches it: two TPDUs of T=0 each time. */
export function measureFetched(transmit: Transmit, command: Uint8Array, count: number): Promise<Rate> {
  return measureEach(async () => {
    const waits = await transmit(command);
    if (waits.length !== 2 || waits[0] !== 0x61) throw new Error(`the card answers ${toHex(waits)}`);
    const answer = await transmit(Uint8Array.of(0x00, 0xc0, 0x00, 0x00, waits[1]!));
    if (toHex(answer.subarray(-2)) !== '9000') throw new Error(`the card answers ${toHex(answer)}`);
  }, count);
}

async function measureEach(once: () => Promise<void>, count: number): Promise<Rate> {
  for (let i = 0; i < WARM_UP; i++) await once();
  const latencies = new Float64Array(count);
  const begin = performance.now();
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await once();
    latencies[i] = (performance.now() - start) * 1000;
  }
  const seconds = (performance.now() - begin) / 1000;
  return rateOf(latencies, seconds);
}

/** From latencies in microseconds and the time of the whole. */
export function rateOf(latencies: Float64Array, seconds: number): Rate {
  const sorted = latencies.toSorted();
  const at = (share: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!);
  return {
    perSecond: Math.round(latencies.length / seconds),
    p50Us: at(0.5),
    p99Us: at(0.99),
    commands: latencies.length,
  };
}
