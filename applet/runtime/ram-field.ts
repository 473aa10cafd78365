/** Transient fields: ranges of RAM, once on the card or once for each logical channel. */

import type { Ram } from './ram.js';

/** Where the copies of a field stand: one for each logical channel, of which the current one counts. */
export type ChannelCopies = {
  /** Offset of the first channel's copies, and how far one channel's are from the next one's. */
  start: number;
  size: number;
  count: number;
  current: number;
};

/** For fields that exist once. */
const ONLY_ONE: ChannelCopies = { start: 0, size: 0, count: 1, current: 0 };

/** A transient field: a view of RAM, or one for each logical channel of which the current one counts. */
export class RamField {
  /** Made when they are first asked for: a card is made as often as one is forked, and uses few of them. */
  private views: Uint8Array[] | undefined;

  constructor(
    private readonly ram: Ram,
    private readonly offset: number,
    private readonly length: number,
    private readonly channels: ChannelCopies = ONLY_ONE,
  ) {}

  get bytes(): Uint8Array {
    return this.copy(this.channels.current);
  }

  /** The copies of all logical channels, or the only one. */
  get copies(): readonly Uint8Array[] {
    return Array.from({ length: this.channels.count }, (_, channel) => this.copy(channel));
  }

  /** The field as a big-endian number; every command reads and writes several, so without arrays. */
  get value(): number {
    const { bytes } = this;
    let value = 0;
    for (let i = 0; i < bytes.length; i++) value = value * 0x100 + bytes[i]!;
    return value;
  }

  set value(number: number) {
    const { bytes } = this;
    let rest = number;
    for (let i = bytes.length - 1; i >= 0; i--) {
      bytes[i] = rest & 0xff;
      rest = Math.floor(rest / 0x100);
    }
    if (rest !== 0) throw new RangeError(`${number} does not fit into ${bytes.length} bytes`);
  }

  clear(): void {
    this.bytes.fill(0);
  }

  private copy(channel: number): Uint8Array {
    this.views ??= [];
    const made = this.views[channel];
    if (made) return made;
    const { start, size } = this.channels;
    const view = this.ram.view(start + channel * size + this.offset, this.length);
    this.views[channel] = view;
    return view;
  }
}
