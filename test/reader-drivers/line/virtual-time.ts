/** Waiting times that pass at once: the clock goes on when nothing else happens, so no load of the machine counts. */

import { vi } from 'vitest';

/** Turns of the event loop in which nothing came before the next timer runs out. */
const QUIET_TURNS = 4;

/** Begins; {@link throughTime} must drive everything that waits, until `vi.useRealTimers()`. */
export function useVirtualTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
}

/** Resolves or rejects as `work` does; `activity` counts what happens on the line. */
export async function throughTime<T>(work: Promise<T>, activity: () => number): Promise<T> {
  let done = false;
  const end = () => {
    done = true;
  };
  work.then(end, end);
  for (let quiet = 0, seen = activity(); !done; quiet++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (activity() !== seen) quiet = 0;
    seen = activity();
    if (quiet < QUIET_TURNS) continue;
    quiet = 0;
    vi.advanceTimersToNextTimer();
  }
  return work;
}
