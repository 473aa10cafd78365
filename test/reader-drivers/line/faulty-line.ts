/** A line that loses, repeats and flips characters, by a plan that can be repeated. */

import type { Choices } from '../../support/seeded-random.js';

export type FaultKind = 'lost' | 'duplicated' | 'flipped';
export const FAULT_KINDS: readonly FaultKind[] = ['lost', 'duplicated', 'flipped'];

/** A character on the line, counted from the beginning of the exchange over both directions. */
export type Fault = { readonly kind: FaultKind; readonly at: number; readonly bit: number };

export type Plan = {
  /** Whether a burst of characters beginning at `from` is hit, and how. At most one fault a burst. */
  faultIn(from: number, length: number): Fault | undefined;
};

export const NO_FAULTS: Plan = { faultIn: () => undefined };

/** One fault in the whole exchange. */
export function onlyFault(fault: Fault): Plan {
  return { faultIn: (from, length) => (fault.at >= from && fault.at < from + length ? fault : undefined) };
}

/** One burst in `every` is hit. */
export function randomFaults(choices: Choices, every: number, kinds = FAULT_KINDS): Plan {
  return {
    faultIn: (from, length) =>
      choices.below(every) === 0
        ? {
            kind: kinds[choices.below(kinds.length)]!,
            at: from + choices.below(length),
            bit: choices.below(8),
          }
        : undefined,
  };
}

/** Carries bursts; counts characters and faults. */
export class FaultyLine {
  carried = 0;
  faults = 0;

  constructor(private readonly plan: Plan) {}

  /** The burst as the other end receives it; `damaged` is the place whose parity is wrong, if a bit was flipped. */
  carry(burst: Uint8Array): { readonly bytes: Uint8Array; readonly damaged: number | undefined } {
    const fault = this.plan.faultIn(this.carried, burst.length);
    const at = fault ? fault.at - this.carried : 0;
    this.carried += burst.length;
    if (!fault) return { bytes: burst, damaged: undefined };
    this.faults++;
    const bytes = [...burst];
    if (fault.kind === 'lost') bytes.splice(at, 1);
    if (fault.kind === 'duplicated') bytes.splice(at, 0, bytes[at]!);
    if (fault.kind === 'flipped') bytes[at] = bytes[at]! ^ (1 << fault.bit);
    return { bytes: Uint8Array.from(bytes), damaged: fault.kind === 'flipped' ? at : undefined };
  }
}
