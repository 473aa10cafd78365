/** Defects of files of records: one of their operations is another than it should be. */

import type { DefectTitle } from '../../apdu/defects/index.js';
import type { FileSpec } from '../../apdu/index.js';
import type { RecordFile } from '../os/record-file.js';
import { type CardDefect, inPart } from './card-defect.js';

/** Every file of records, with some operations replaced. */
export function inRecords(
  title: DefectTitle,
  change: (file: RecordFile) => Partial<Pick<RecordFile, 'record' | 'update' | 'append'>>,
): CardDefect {
  return inPart(
    title,
    'FileSystem',
    (FileSystem) =>
      class extends FileSystem {
        override records(spec: FileSpec): RecordFile {
          const file = super.records(spec);
          const good = {
            spec,
            get count() {
              return file.count;
            },
            record: (number: number) => file.record(number),
            update: (number: number, content: Uint8Array) => file.update(number, content),
            append: (content: Uint8Array) => file.append(content),
          };
          return Object.assign(good, change(file));
        }
      },
  );
}
