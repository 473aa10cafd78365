/** Elementary files (ISO/IEC 7816-4:2020, 7.2 to 7.4): transparent, linear fixed and cyclic, in persistent memory. */

import {
  type ApplicationSpec,
  directoryContent,
  type FileSpec,
  informationContent,
  MASTER_FILE,
  SW,
} from '../../apdu/index.js';
import type { MemoryPlan, NvmField, NvmString } from '../runtime/allocation.js';
import type { CardLimits } from '../runtime/card-limits.js';
import { refuse } from '../runtime/status-error.js';

/** A transparent file, or a file of records. */
export type StoredFile = TransparentFile | RecordFile;

export class TransparentFile {
  readonly content: NvmString;

  constructor(
    memory: MemoryPlan,
    readonly spec: FileSpec,
  ) {
    this.content = memory.string(`${spec.name} (file ${spec.fid.toString(16).padStart(4, '0')})`, spec.size);
  }
}

/** Records by number from 1. In a cyclic file number 1 is the newest and the oldest makes way. */
export class RecordFile {
  private readonly slots: readonly NvmString[];
  /** Cyclic files: index of the slot written last, plus one; 0 before the first record. */
  private readonly head: NvmField;

  constructor(
    memory: MemoryPlan,
    readonly spec: FileSpec,
  ) {
    const label = `${spec.name} (file ${spec.fid.toString(16).padStart(4, '0')})`;
    this.head = memory.field(`${label}: newest`, 1);
    this.slots = Array.from({ length: spec.records }, (_, i) =>
      memory.string(`${label}: record ${i + 1}`, spec.size),
    );
  }

  get capacity(): number {
    return this.slots.length;
  }

  /** The record of a number, or `undefined` where there is none. */
  record(number: number): NvmString | undefined {
    if (number < 1 || number > this.slots.length) return undefined;
    const slot = this.slots[this.spec.structure === 'cyclic' ? this.slotOf(number) : number - 1]!;
    return slot.isEmpty ? undefined : slot;
  }

  /** A slot of a linear file, empty or not. */
  slot(number: number): NvmString {
    return this.slots[number - 1]!;
  }

  /** Writes the newest record of a cyclic file; belongs into a transaction, for two fields change. */
  append(content: Uint8Array): void {
    const next = this.head.value % this.slots.length;
    this.slots[next]!.write(content);
    this.head.value = next + 1;
  }

  private slotOf(number: number): number {
    const count = this.slots.length;
    return (this.head.value - number + 2 * count) % count;
  }
}

export class FileSystem {
  private readonly files = new Map<number, StoredFile>();

  /** Content of the master file's files by identifier: made of the specification, so not in memory. */
  private readonly fixed: ReadonlyMap<number, () => Uint8Array>;

  constructor(memory: MemoryPlan, application: ApplicationSpec, limits: CardLimits) {
    const { directory, information } = MASTER_FILE.files;
    this.fixed = new Map([
      [directory.fid, () => directoryContent([application])],
      [information.fid, () => informationContent(limits.extendedLength ? limits.apduBufferBytes : undefined)],
    ]);

    for (const spec of Object.values(application.files)) {
      const file =
        spec.structure === 'transparent' ? new TransparentFile(memory, spec) : new RecordFile(memory, spec);
      this.files.set(spec.fid, file);
    }
  }

  /** Bytes of a transparent file from `offset` to the end; 6981 for a file of records, 6B00 beyond the end. */
  read(spec: FileSpec, offset: number): Uint8Array {
    const length = spec.structure === 'transparent' ? this.contentLength(spec) : refuse(SW.incompatibleFile);
    if (offset > length) refuse(SW.wrongParameters);
    const fixed = this.fixed.get(spec.fid);
    if (fixed) return fixed().slice(offset);
    return this.transparent(spec).content.slice(offset, length - offset);
  }

  /** Bytes that a transparent file holds, or that a file of records can hold. */
  contentLength(spec: FileSpec): number {
    const fixed = this.fixed.get(spec.fid);
    if (fixed) return fixed().length;
    return spec.structure === 'transparent'
      ? this.transparent(spec).content.length
      : spec.size * spec.records;
  }

  transparent(spec: FileSpec): TransparentFile {
    const file = this.files.get(spec.fid);
    return file instanceof TransparentFile ? file : refuse(SW.incompatibleFile);
  }

  records(spec: FileSpec): RecordFile {
    const file = this.files.get(spec.fid);
    return file instanceof RecordFile ? file : refuse(SW.incompatibleFile);
  }
}
