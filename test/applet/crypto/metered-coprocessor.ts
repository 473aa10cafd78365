/** A coprocessor for tests: seeded randomness, every charge and the peak of held bytes recorded. */

import { Coprocessor, type CryptoEngine, nobleEngine, type OperationName } from '../../../applet/index.js';
import { seededRng } from '../../../host/index.js';

export type Metered = {
  readonly coprocessor: Coprocessor;
  /** Operation and length in the order of the calls. */
  readonly charges: (readonly [OperationName, number])[];
  /** Count of each operation since the last `charges.length = 0`. */
  readonly counts: () => Partial<Record<OperationName, number>>;
  readonly peakBytes: () => number;
};

export function meteredCoprocessor(seed: number, engine: CryptoEngine = nobleEngine): Metered {
  const rng = seededRng(seed, 'card');
  const charges: (readonly [OperationName, number])[] = [];
  let held = 0;
  let peak = 0;
  const coprocessor = new Coprocessor({
    engine,
    charge: (operation, lengthBytes) => void charges.push([operation, lengthBytes]),
    random: (length) => rng.bytes(length),
    scratch: {
      hold(lengthBytes, work) {
        held += lengthBytes;
        peak = Math.max(peak, held);
        try {
          return work();
        } finally {
          held -= lengthBytes;
        }
      },
    },
  });
  const counts = () => {
    const sums: Partial<Record<OperationName, number>> = {};
    for (const [operation] of charges) sums[operation] = (sums[operation] ?? 0) + 1;
    return sums;
  };
  return { coprocessor, charges, counts, peakBytes: () => peak };
}
