/** Transient bytes of the whole card that one logical channel at a time may hold. */

import type { RamField } from './ram-field.js';

/** Wiped when the channel lets go, when it is cleared, when another one takes it, and with the power. */
export class ExclusiveRam {
  constructor(
    /** Channel that holds it, plus one; 0 for none. */
    private readonly holder: RamField,
    private readonly content: RamField,
    private readonly channelInUse: () => number,
  ) {}

  /** Whether the channel in use holds it. */
  get isHeld(): boolean {
    return this.holder.value === this.channelInUse() + 1;
  }

  /** The bytes; they mean something to the channel that holds them only. */
  get bytes(): Uint8Array {
    return this.content.bytes;
  }

  /** Empty bytes for the channel in use; whoever held them before has lost them. */
  take(): Uint8Array {
    this.wipe();
    this.holder.value = this.channelInUse() + 1;
    return this.content.bytes;
  }

  /** Wipes the bytes if the channel in use holds them. */
  release(): void {
    if (this.isHeld) this.wipe();
  }

  private wipe(): void {
    this.content.clear();
    this.holder.clear();
  }
}
