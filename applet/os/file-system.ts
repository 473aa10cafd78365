/** Elementary files (ISO/IEC 7816-4:2020, 7.2 to 7.4), in persistent memory. */

import {
  type ApplicationSpec,
  directoryContent,
  type FileSpec,
  informationContent,
  MASTER_FILE,
  SW,
} from '../../apdu/index.js';
import type { MemoryPlan, NvmString } from '../runtime/allocation.js';
import type { CardLimits } from '../runtime/card-limits.js';
import { refuse } from '../runtime/status-error.js';
import type { ApplicationDirectory } from './application-directory.js';
import { type RecordFile, recordFile } from './record-file.js';

/** A transparent file: its content in persistent memory. */
export type TransparentFile = { readonly content: NvmString };

export class FileSystem {
  protected readonly transparentFiles = new Map<number, TransparentFile>();
  protected readonly recordFiles = new Map<number, RecordFile>();

  /** Content by identifier of files that are made of the specification, and so not in memory. */
  protected readonly fixed: Map<number, () => Uint8Array>;

  constructor(
    memory: MemoryPlan,
    application: ApplicationSpec,
    applications: ApplicationDirectory,
    limits: CardLimits,
  ) {
    const { directory, information } = MASTER_FILE.files;
    this.fixed = new Map([
      [directory.fid, () => directoryContent(applications.present.map(({ spec }) => spec))],
      [information.fid, () => informationContent(limits.extendedLength ? limits.apduBufferBytes : undefined)],
    ]);
    this.install(memory, application.files);
  }

  /**
   * Lays out files, whose identifiers no other file on the card has. `made` says by identifier what
   * stands in files that take no memory of their own.
   */
  install(
    memory: MemoryPlan,
    files: ApplicationSpec['files'],
    made: ReadonlyMap<number, () => Uint8Array> = new Map(),
  ): void {
    for (const spec of Object.values(files)) {
      const content = made.get(spec.fid);
      if (content) {
        this.fixed.set(spec.fid, content);
        continue;
      }
      const label = `${spec.name} (file ${spec.fid.toString(16).padStart(4, '0')})`;
      if (spec.structure === 'transparent') {
        this.transparentFiles.set(spec.fid, { content: memory.string(label, spec.size) });
      } else this.recordFiles.set(spec.fid, recordFile(memory, spec, label));
    }
  }

  /** Bytes of a transparent file from `offset` to the end; 6981 for a file of records, 6B00 where there is none. */
  read(spec: FileSpec, offset: number): Uint8Array {
    const fixed = this.fixed.get(spec.fid);
    const content = fixed ? fixed() : this.transparent(spec).content;
    // who reads on until the file ends must be told that it does; an empty file has a beginning all the same
    if (offset > 0 && offset >= content.length) refuse(SW.wrongParameters);
    return content.slice(offset, content.length);
  }

  /** Bytes that a transparent file holds, or that a file of records can hold. */
  contentLength(spec: FileSpec): number {
    const fixed = this.fixed.get(spec.fid);
    if (fixed) return fixed().length;
    return spec.structure === 'transparent'
      ? this.transparent(spec).content.length
      : (spec.capacity ?? spec.size * spec.records);
  }

  transparent(spec: FileSpec): TransparentFile {
    return this.transparentFiles.get(spec.fid) ?? refuse(SW.incompatibleFile);
  }

  records(spec: FileSpec): RecordFile {
    return this.recordFiles.get(spec.fid) ?? refuse(SW.incompatibleFile);
  }
}
