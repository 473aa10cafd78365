/** Files of records (ISO/IEC 7816-4:2020, 7.2.2 and 7.4.5): linear fixed, linear variable and cyclic. */

import { concatBytes, type FileSpec, SW } from '../../apdu/index.js';
import type { MemoryPlan, NvmField, NvmString } from '../runtime/allocation.js';
import { refuse } from '../runtime/status-error.js';

/**
 * Records by number from 1; in a cyclic file number 1 is the newest. Writing belongs into a
 * transaction, for more than one field may change.
 */
export interface RecordFile {
  readonly spec: FileSpec;
  /** Number of the last record; 0 for an empty file. */
  readonly count: number;
  /** The content of a record, or `undefined` where there is none. */
  record(number: number): Uint8Array | undefined;
  /** Replaces the content of a record; 6A84 where it does not fit. */
  update(number: number, content: Uint8Array): void;
  /** Adds a record as the last one, in a cyclic file as number 1; answers its number, or 6A84. */
  append(content: Uint8Array): number;
}

/** Lays out the file that a declaration of records describes. */
export function recordFile(memory: MemoryPlan, spec: FileSpec, label: string): RecordFile {
  return spec.structure === 'linear-variable'
    ? new VariableRecordFile(memory, spec, label)
    : new SlotFile(memory, spec, label);
}

/** Linear fixed and cyclic: a slot of the record size for each record. */
class SlotFile implements RecordFile {
  private readonly slots: readonly NvmString[];
  /** Cyclic files: index of the slot written last, plus one; 0 before the first record. */
  private readonly head: NvmField;

  constructor(
    memory: MemoryPlan,
    readonly spec: FileSpec,
    label: string,
  ) {
    this.head = memory.field(`${label}: newest`, 1);
    this.slots = Array.from({ length: spec.records }, (_, i) =>
      memory.string(`${label}: record ${i + 1}`, spec.size),
    );
  }

  get count(): number {
    return this.slots.findLastIndex((slot) => !slot.isEmpty) + 1;
  }

  record(number: number): Uint8Array | undefined {
    const slot = this.slotOf(number);
    return slot === undefined || slot.isEmpty ? undefined : slot.read();
  }

  update(number: number, content: Uint8Array): void {
    const slot = this.slotOf(number) ?? refuse(SW.recordNotFound);
    if (content.length > slot.capacity) refuse(SW.notEnoughMemory);
    slot.write(content);
  }

  append(content: Uint8Array): number {
    if (this.spec.structure === 'cyclic') {
      const next = this.head.value % this.slots.length;
      this.slots[next]!.write(content);
      this.head.value = next + 1;
      return 1;
    }
    const number = this.count + 1;
    if (number > this.slots.length) refuse(SW.notEnoughMemory);
    this.update(number, content);
    return number;
  }

  private slotOf(number: number): NvmString | undefined {
    const count = this.slots.length;
    if (number < 1 || number > count) return undefined;
    return this.slots[
      this.spec.structure === 'cyclic' ? (this.head.value - number + 2 * count) % count : number - 1
    ];
  }
}

/** Linear variable: the records stand one behind the other in one area, each behind its length. */
class VariableRecordFile implements RecordFile {
  private readonly area: NvmString;

  constructor(
    memory: MemoryPlan,
    readonly spec: FileSpec,
    label: string,
  ) {
    if (spec.capacity === undefined) throw new Error(`${spec.name} declares no capacity`);
    this.area = memory.string(`${label}: records`, spec.capacity);
  }

  get count(): number {
    return this.walk(Number.POSITIVE_INFINITY).number - 1;
  }

  record(number: number): Uint8Array | undefined {
    const at = this.find(number);
    return at === undefined ? undefined : this.area.slice(at + 1, this.lengthAt(at));
  }

  update(number: number, content: Uint8Array): void {
    const at = this.find(number) ?? refuse(SW.recordNotFound);
    const end = at + 1 + this.lengthAt(at);
    const behind = this.area.slice(end, this.area.length - end);
    this.writeFrom(at, concatBytes(Uint8Array.of(content.length), content, behind));
  }

  append(content: Uint8Array): number {
    const number = this.count + 1;
    if (number > this.spec.records) refuse(SW.notEnoughMemory);
    this.writeFrom(this.area.length, concatBytes(Uint8Array.of(content.length), content));
    return number;
  }

  private writeFrom(at: number, bytes: Uint8Array): void {
    if (at + bytes.length > this.area.capacity) refuse(SW.notEnoughMemory);
    this.area.overwrite(at, bytes);
    this.area.truncate(at + bytes.length);
  }

  private lengthAt(at: number): number {
    return this.area.slice(at, 1)[0]!;
  }

  /** Where a record's length stands, or `undefined` where there is no such record. */
  private find(number: number): number | undefined {
    if (number < 1) return undefined;
    const { at } = this.walk(number);
    return at < this.area.length ? at : undefined;
  }

  /** Walks to the record `number`, at most to the end of the area, which is where the next one would be. */
  private walk(number: number): { readonly number: number; readonly at: number } {
    const { length } = this.area;
    let reached = 1;
    let at = 0;
    while (reached < number && at < length) {
      at += 1 + this.lengthAt(at);
      reached++;
    }
    return { number: reached, at };
  }
}
