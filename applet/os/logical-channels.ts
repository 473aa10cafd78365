/**
 * Logical channels (ISO/IEC 7816-4:2020, 5.4.2 and 11.1.2): each open channel has a selection, a
 * security status and a session of its own. Channel 0 is always open.
 */

import { SW } from '../../apdu/index.js';
import type { MemoryPlan, RamField } from '../runtime/allocation.js';
import { refuse } from '../runtime/status-error.js';

/** Channels that the class byte of the first interindustry range can name. */
export const MOST_CHANNELS = 4;
/** RAM from which a card has further channels; with less, every byte goes to commands (estimated). */
const RAM_FOR_CHANNELS_BYTES = 3072;

/** Channels of a card with this much RAM. */
export function channelsFor(ramBytes: number): number {
  return ramBytes >= RAM_FOR_CHANNELS_BYTES ? MOST_CHANNELS : 1;
}

export class LogicalChannels {
  /** Bit n: channel n is open, for n from 1. */
  private readonly open: RamField;

  constructor(
    private readonly memory: MemoryPlan,
    private readonly count: number,
  ) {
    this.open = memory.transientField('open channels', 1);
  }

  isOpen(channel: number): boolean {
    return channel === 0 || (this.open.value & (1 << channel)) !== 0;
  }

  /** Opens `wanted`, or the lowest free channel for 0; answers its number, 6A81 or 6A86. */
  openChannel(wanted: number): number {
    const channel = wanted === 0 ? this.lowestFree() : wanted;
    if (channel === undefined || channel >= this.count) return refuse(SW.functionNotSupported);
    if (this.isOpen(channel)) refuse(SW.incorrectP1P2);
    this.open.value |= 1 << channel;
    this.wipe(channel);
    return channel;
  }

  /** Closes a channel other than the basic one and forgets what it knew. */
  closeChannel(channel: number): void {
    if (channel === 0 || !this.isOpen(channel)) refuse(SW.incorrectP1P2);
    this.wipe(channel);
    this.open.value &= ~(1 << channel);
  }

  private lowestFree(): number | undefined {
    for (let channel = 1; channel < this.count; channel++) if (!this.isOpen(channel)) return channel;
    return undefined;
  }

  private wipe(channel: number): void {
    this.memory.useChannel(channel);
    this.memory.clearChannel();
  }
}
