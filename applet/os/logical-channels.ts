/**
 * Logical channels (ISO/IEC 7816-4:2020, 5.4.2 and 11.1.2): each open channel has a selection, a
 * security status and a session of its own. Channel 0 is always open.
 */

import { SW } from '../../apdu/index.js';
import type { MemoryPlan, RamField } from '../runtime/allocation.js';
import { refuse } from '../runtime/status-error.js';

/** Channels that the class byte of the first interindustry range can name. */
const MOST_CHANNELS = 4;
/** RAM that commands must have left before a card spends any on further channels. */
const ARENA_BYTES = 1600;

export class LogicalChannels {
  /** Bit n: channel n is open, for n from 1. */
  protected readonly open: RamField;

  protected count = 1;

  constructor(private readonly memory: MemoryPlan) {
    this.open = memory.transientField('open channels', 1);
  }

  /** Lays out the channels' memory; nothing may be planned after this. */
  layOut(): void {
    this.count = this.memory.layOutChannels(MOST_CHANNELS, ARENA_BYTES);
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

  protected lowestFree(): number | undefined {
    for (let channel = 1; channel < this.count; channel++) if (!this.isOpen(channel)) return channel;
    return undefined;
  }

  protected wipe(channel: number): void {
    this.memory.useChannel(channel);
    this.memory.clearChannel();
  }
}
