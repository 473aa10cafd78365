/** Who owns which bytes: memory is handed out once, when the card is made, in a fixed order. */

import { bytesToUint, uintToBytes } from '../../apdu/index.js';
import type { Nvm } from './nvm.js';
import type { Ram } from './ram.js';

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

/** The profile grants less memory than the application needs. */
export class ProfileTooSmall extends Error {
  constructor(memory: string, name: string, needed: number, capacity: number) {
    super(`${memory}: "${name}" ends at byte ${needed}, the profile has ${capacity}`);
    this.name = 'ProfileTooSmall';
  }
}

/** Hands out consecutive ranges of one memory. */
export class Allocator {
  readonly owners: Owner[] = [];
  next = 0;

  constructor(
    private readonly memory: string,
    private readonly capacity: number,
  ) {}

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
    this.owners.push(owner);
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

/** A transient field: a view of RAM, or one for each logical channel of which the current one counts. */
export class RamField {
  constructor(private readonly view: () => Uint8Array) {}

  get bytes(): Uint8Array {
    return this.view();
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
}

/** Hands out named fields of both memories. */
export class MemoryPlan {
  readonly persistent: Allocator;
  readonly transient: Allocator;
  /** What every logical channel has its own copy of; offsets count from the start of a copy. */
  private readonly perChannel: Allocator;
  private readonly channelFields: {
    readonly offset: number;
    readonly length: number;
    readonly views: Uint8Array[];
  }[] = [];
  private channelsAt = 0;
  private channel = 0;
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
    const view = this.ram.view(offset, length);
    return new RamField(() => view);
  }

  /**
   * Called once when everything is planned: lays out what each logical channel keeps, for as many of
   * `most` as leave `arenaBytes` to the commands, and for one in any case. Answers how many.
   */
  layOutChannels(most: number, arenaBytes: number): number {
    this.channelsAt = this.transient.next;
    const room = this.ram.bytes.length - arenaBytes - this.channelsAt;
    const count = Math.max(1, Math.min(most, Math.floor(room / this.perChannel.next)));
    for (let channel = 0; channel < count; channel++) {
      for (const { name, length, segment, ...holder } of this.perChannel.owners) {
        this.transient.take(`channel ${channel}: ${name}`, length, segment, holder);
      }
    }
    for (const { offset, length, views } of this.channelFields) {
      for (let channel = 0; channel < count; channel++) {
        views.push(this.ram.view(this.channelsAt + channel * this.perChannel.next + offset, length));
      }
    }
    return count;
  }

  /** The channel whose copies the fields stand for from now on. */
  useChannel(channel: number): void {
    this.channel = channel;
  }

  /** Wipes what the current channel keeps: at selection, deselection and when it is closed. */
  clearChannel(): void {
    const size = this.perChannel.next;
    this.ram.view(this.channelsAt + this.channel * size, size).fill(0);
  }

  private channelField(name: string, length: number): RamField {
    const { offset } = this.perChannel.take(name, length, 'clear on deselect', this.holder);
    const views: Uint8Array[] = [];
    this.channelFields.push({ offset, length, views });
    return new RamField(() => views[this.channel]!);
  }
}
