/** Who owns which bytes: memory is handed out once, when the card is made, in a fixed order. */

import { bytesToUint, uintToBytes } from '../../apdu/index.js';
import { ExclusiveRam } from './exclusive-ram.js';
import type { Nvm } from './nvm.js';
import { ProfileTooSmall } from './profile-too-small.js';
import type { Ram } from './ram.js';
import { type ChannelCopies, RamField } from './ram-field.js';

export { RamField };

/** What happens to the bytes of a range: kept without power, or wiped at reset or when the application is left. */
export type Segment = 'persistent' | 'clear on reset' | 'clear on deselect' | 'APDU buffer';

/** Whose bytes they are; `application` is the identifier of its declaration. */
export type Holder =
  | { readonly kind: 'operating system' }
  | { readonly kind: 'application'; readonly application: string };

/** One owned range. */
export type Owner = Holder & {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly segment: Segment;
};

const OPERATING_SYSTEM: Holder = { kind: 'operating system' };

/** Hands out consecutive ranges of one memory. */
export class Allocator {
  private readonly taken: Owner[] = [];
  private untold: (() => Owner[]) | undefined;
  next = 0;

  constructor(
    private readonly memory: string,
    private readonly capacity: number,
  ) {}

  /** Who owns what, in the order of their ranges. */
  get owners(): readonly Owner[] {
    if (this.untold) this.taken.push(...this.untold());
    this.untold = undefined;
    return this.taken;
  }

  /** The last range of all, for owners that are told apart only when somebody asks. @throws {ProfileTooSmall} */
  takeRest(name: string, length: number, owners: () => Owner[]): void {
    this.next += length;
    if (this.next > this.capacity) throw new ProfileTooSmall(this.memory, name, this.next, this.capacity);
    this.untold = owners;
  }

  /** @throws {ProfileTooSmall} */
  take(
    name: string,
    length: number,
    segment: Segment = 'persistent',
    holder: Holder = OPERATING_SYSTEM,
  ): Owner {
    const offset = this.next;
    this.next += length;
    if (this.next > this.capacity) throw new ProfileTooSmall(this.memory, name, this.next, this.capacity);
    // Written out, for a card is made as often as one is forked and spreading costs most of that.
    const owner: Owner =
      holder.kind === 'application'
        ? { kind: holder.kind, application: holder.application, name, offset, length, segment }
        : { kind: holder.kind, name, offset, length, segment };
    this.taken.push(owner);
    return owner;
  }
}

/** A persistent field of fixed length. */
export class NvmField {
  constructor(
    private readonly nvm: Nvm,
    private readonly owner: Owner,
  ) {}

  get length(): number {
    return this.owner.length;
  }

  read(): Uint8Array {
    return this.nvm.read(this.owner.offset, this.owner.length);
  }

  write(bytes: Uint8Array): void {
    if (bytes.length !== this.owner.length) throw new RangeError(`${this.owner.name}: ${bytes.length} bytes`);
    this.nvm.write(this.owner.offset, bytes);
  }

  /** The field as a big-endian number. */
  get value(): number {
    return this.owner.length === 1 ? this.nvm.readByte(this.owner.offset) : bytesToUint(this.read());
  }

  set value(number: number) {
    this.nvm.write(this.owner.offset, uintToBytes(number, this.owner.length));
  }
}

/** A persistent byte string of bounded length; two bytes of length stand before it. Empty when never written. */
export class NvmString {
  constructor(
    private readonly nvm: Nvm,
    private readonly owner: Owner,
  ) {}

  /** Longest content, in bytes. */
  get capacity(): number {
    return this.owner.length - 2;
  }

  get length(): number {
    return (this.nvm.readByte(this.owner.offset) << 8) | this.nvm.readByte(this.owner.offset + 1);
  }

  get isEmpty(): boolean {
    return this.length === 0;
  }

  read(): Uint8Array {
    return this.nvm.read(this.owner.offset + 2, this.length);
  }

  /** `length` bytes from `offset`, clipped to the content. */
  slice(offset: number, length: number): Uint8Array {
    return this.nvm.read(this.owner.offset + 2 + offset, Math.max(0, Math.min(length, this.length - offset)));
  }

  /** Replaces the content; what a longer one had beyond it becomes zero. @throws {RangeError} beyond the capacity. */
  write(bytes: Uint8Array): void {
    if (bytes.length > this.capacity) throw new RangeError(`${this.owner.name}: ${bytes.length} bytes`);
    // A shorter PIN or record must not leave the tail of its predecessor behind.
    const whole = new Uint8Array(2 + Math.max(bytes.length, this.length));
    whole[0] = bytes.length >> 8;
    whole[1] = bytes.length & 0xff;
    whole.set(bytes, 2);
    this.nvm.write(this.owner.offset, whole);
  }

  /**
   * Writes `bytes` from `offset` on, which is within the content or at its end; the content grows
   * where they reach beyond it. Belongs into a transaction, for the length may change, too.
   * @throws {RangeError} beyond the capacity, or for a gap.
   */
  overwrite(offset: number, bytes: Uint8Array): void {
    const { length } = this;
    const end = offset + bytes.length;
    if (offset > length || end > this.capacity) throw new RangeError(`${this.owner.name}: bytes to ${end}`);
    this.nvm.write(this.owner.offset + 2 + offset, bytes);
    if (end > length) this.setLength(end);
  }

  /**
   * Begins the content anew with `bytes`. What stood behind them stays in memory, unread: for content that is no
   * secret and longer than a transaction. Belongs into one, for the length changes, too.
   * @throws {RangeError} beyond the capacity.
   */
  restart(bytes: Uint8Array): void {
    if (bytes.length > this.capacity) throw new RangeError(`${this.owner.name}: ${bytes.length} bytes`);
    this.nvm.write(this.owner.offset + 2, bytes);
    this.setLength(bytes.length);
  }

  /** Ends the content after `length` bytes and erases what stood behind; belongs into a transaction, too. */
  truncate(length: number): void {
    const rest = this.length - length;
    if (rest <= 0) return;
    this.nvm.write(this.owner.offset + 2 + length, new Uint8Array(rest));
    this.setLength(length);
  }

  private setLength(length: number): void {
    this.nvm.write(this.owner.offset, uintToBytes(length, 2));
  }
}

/** A persistent range that its user cuts into strings of one capacity. */
export class NvmArea {
  constructor(
    private readonly nvm: Nvm,
    private readonly owner: Owner,
  ) {}

  /** How many strings of `capacity` bytes it has room for. */
  slots(capacity: number): number {
    return Math.floor(this.owner.length / (capacity + 2));
  }

  /** String number `index`, counted from zero. */
  string(index: number, capacity: number): NvmString {
    if (index < 0 || index >= this.slots(capacity))
      throw new RangeError(`${this.owner.name}: no slot ${index}`);
    const length = capacity + 2;
    return new NvmString(this.nvm, { ...this.owner, offset: this.owner.offset + index * length, length });
  }
}

/** Hands out named fields of both memories. */
export class MemoryPlan {
  readonly persistent: Allocator;
  readonly transient: Allocator;
  /** What every logical channel has its own copy of; offsets count from the start of a copy. */
  private readonly perChannel: Allocator;
  private readonly channels: ChannelCopies = { start: 0, size: 0, count: 1, current: 0 };
  private readonly exclusives: ExclusiveRam[] = [];
  private holder = OPERATING_SYSTEM;

  constructor(
    private readonly nvm: Nvm,
    private readonly ram: Ram,
  ) {
    this.persistent = new Allocator('NVM', nvm.capacity);
    this.transient = new Allocator('RAM', ram.bytes.length);
    this.perChannel = new Allocator('RAM of a logical channel', ram.bytes.length);
  }

  /** What `plan` takes belongs to an application. */
  forApplication<T>(application: string, plan: () => T): T {
    const before = this.holder;
    this.holder = { kind: 'application', application };
    try {
      return plan();
    } finally {
      this.holder = before;
    }
  }

  field(name: string, length: number): NvmField {
    return new NvmField(this.nvm, this.persistent.take(name, length, 'persistent', this.holder));
  }

  string(name: string, capacity: number): NvmString {
    return new NvmString(this.nvm, this.persistent.take(name, capacity + 2, 'persistent', this.holder));
  }

  area(name: string, length: number): NvmArea {
    return new NvmArea(this.nvm, this.persistent.take(name, length, 'persistent', this.holder));
  }

  /** An application keeps nothing transient beyond its selection, the operating system may. */
  transientField(
    name: string,
    length: number,
    segment: Segment = this.holder.kind === 'application' ? 'clear on deselect' : 'clear on reset',
  ): RamField {
    if (segment === 'clear on deselect') return this.channelField(name, length);
    const { offset } = this.transient.take(name, length, segment, this.holder);
    return new RamField(this.ram, offset, length);
  }

  /** Transient bytes of which one logical channel at a time is the holder. */
  exclusive(name: string, length: number): ExclusiveRam {
    const single = (what: string, size: number): RamField => {
      const { offset } = this.transient.take(what, size, 'clear on deselect', this.holder);
      return new RamField(this.ram, offset, size);
    };
    const made = new ExclusiveRam(
      single(`${name}: channel`, 1),
      single(name, length),
      () => this.channels.current,
    );
    this.exclusives.push(made);
    return made;
  }

  /**
   * Called once when everything is planned: lays out what each logical channel keeps, for as many of
   * `most` as leave `arenaBytes` to the commands, and for one in any case. Answers how many.
   */
  layOutChannels(most: number, arenaBytes: number): number {
    const start = this.transient.next;
    const size = this.perChannel.next;
    const room = this.ram.bytes.length - arenaBytes - start;
    const count = Math.max(1, Math.min(most, Math.floor(room / size)));
    Object.assign(this.channels, { start, size, count });
    this.transient.takeRest('logical channels', count * size, () =>
      Array.from({ length: count }, (_, channel) =>
        this.perChannel.owners.map((owner) => ({
          ...owner,
          name: `channel ${channel}: ${owner.name}`,
          offset: start + channel * size + owner.offset,
        })),
      ).flat(),
    );
    return count;
  }

  /** The channel whose copies the fields stand for from now on. */
  useChannel(channel: number): void {
    this.channels.current = channel;
  }

  /** Wipes what the current channel keeps: at selection, deselection and when it is closed. */
  clearChannel(): void {
    const { start, size, current } = this.channels;
    this.ram.bytes.fill(0, start + current * size, start + (current + 1) * size);
    for (const exclusive of this.exclusives) exclusive.release();
  }

  private channelField(name: string, length: number): RamField {
    const { offset } = this.perChannel.take(name, length, 'clear on deselect', this.holder);
    return new RamField(this.ram, offset, length, this.channels);
  }
}
