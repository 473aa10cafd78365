/** Where the times of a trace come from: microseconds since 1970, UTC. */

export type TraceClock = () => number;

/** The machine's time, in steps finer than a millisecond. */
export const machineClock: TraceClock = () => Math.round((performance.timeOrigin + performance.now()) * 1000);

const STEP_US = 1000;

/** For runs that repeat byte for byte: each message a millisecond after the last, from 1970 on. */
export function countingClock(): TraceClock {
  let now = 0;
  return () => {
    now += STEP_US;
    return now;
  };
}
