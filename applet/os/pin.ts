/** A PIN: its value and its tries in persistent memory (ISO/IEC 7816-4:2020, 11.5.6). */

import { equalConstantTime, type PinSpec, SW } from '../../apdu/index.js';
import type { MemoryPlan, NvmField, NvmString } from '../runtime/allocation.js';
import { refuse } from '../runtime/status-error.js';

export class Pin {
  protected readonly value: NvmString;
  protected readonly tries: NvmField;

  constructor(
    memory: MemoryPlan,
    protected readonly spec: PinSpec,
  ) {
    this.tries = memory.field(`${spec.name}: tries left`, 1);
    this.value = memory.string(`${spec.name}: value`, spec.maxLength);
  }

  get triesLeft(): number {
    return this.tries.value;
  }

  get isSet(): boolean {
    return !this.value.isEmpty;
  }

  /** Sets the value and all tries; the caller has proven the right to. */
  set(value: Uint8Array): void {
    this.value.write(value);
    this.tries.value = this.spec.tries;
  }

  /** Forgets the value and its tries: there is no such PIN any more. */
  erase(): void {
    this.value.write(new Uint8Array(0));
    this.tries.value = 0;
  }

  /** Gives all tries back and leaves the value; the caller has proven the right to. */
  restoreTries(): void {
    this.tries.value = this.spec.tries;
  }

  /**
   * Returns when `candidate` is the PIN, with all tries restored; otherwise answers 63Cx or 6983.
   * The try is spent in persistent memory before the comparison, so that no cut of the power gives it back.
   */
  check(candidate: Uint8Array): void {
    const left = this.tries.value;
    if (left === 0) refuse(SW.authenticationMethodBlocked);
    this.tries.value = left - 1;
    const stored = this.value.read();
    const right = equalConstantTime(padded(stored, this.spec), padded(candidate, this.spec));
    stored.fill(0);
    if (!right) refuse(SW.counter, left - 1);
    this.tries.value = this.spec.tries;
  }

  /** Answers 6700 for a value whose length the declaration does not allow. */
  assertLength(value: Uint8Array): void {
    if (value.length < this.spec.minLength || value.length > this.spec.maxLength) refuse(SW.wrongLength);
  }
}

/** Fixed length with the length itself in front, so that the comparison takes one time for all PINs. */
function padded(value: Uint8Array, spec: PinSpec): Uint8Array {
  const bytes = new Uint8Array(spec.maxLength + 1);
  bytes[0] = value.length;
  bytes.set(value.subarray(0, spec.maxLength), 1);
  return bytes;
}
