/** What is selected on a logical channel: a DF and perhaps an EF of it (ISO/IEC 7816-4:2020, 7.3.3). */

import { type DirectorySpec, type FileSpec, findFileByFid, MASTER_FILE } from '../../apdu/index.js';
import type { MemoryPlan, RamField } from '../runtime/allocation.js';
import type { ApplicationDirectory } from './application-directory.js';
import type { Application } from './card-os.js';

export class Selection {
  /** Its number; 0 for the master file, which is selected after a reset and on a channel just opened. */
  protected readonly application: RamField;
  protected readonly fileIdentifier: RamField;
  /** Number of the current record of the current file (7.3.4); 0 for none. */
  protected readonly recordNumber: RamField;

  constructor(
    protected readonly memory: MemoryPlan,
    protected readonly applications: ApplicationDirectory,
  ) {
    this.application = memory.transientField('application selected', 1, 'clear on deselect');
    this.fileIdentifier = memory.transientField('current file', 2, 'clear on deselect');
    this.recordNumber = memory.transientField('current record', 1, 'clear on deselect');
  }

  /** The application selected; `undefined` under the master file. */
  get selected(): Application | undefined {
    const number = this.application.value;
    return number === 0 ? undefined : this.applications.at(number);
  }

  get directory(): DirectorySpec {
    return this.selected?.spec ?? MASTER_FILE;
  }

  get file(): FileSpec | undefined {
    const fid = this.fileIdentifier.value;
    return fid === 0 ? undefined : findFileByFid(this.directory, fid);
  }

  /** Number of the current record; 0 for none. */
  get record(): number {
    return this.recordNumber.value;
  }

  set record(number: number) {
    this.recordNumber.value = number;
  }

  /** Makes a file of the current DF the current one, without a current record. */
  selectFile(file: FileSpec): void {
    this.fileIdentifier.value = file.fid;
    this.recordNumber.clear();
  }

  /** Makes a DF the current one; everything that the channel knew of the one before is wiped. */
  selectDirectory(directory: DirectorySpec): void {
    this.memory.clearChannel();
    this.application.value = this.applications.numberOf(directory.fid);
  }
}
