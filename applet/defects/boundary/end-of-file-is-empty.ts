import { type FileSpec, SW } from '../../../apdu/index.js';
import { StatusError } from '../../runtime/status-error.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const endOfFileIsEmpty: CardDefect = inPart(
  {
    id: 'boundary/end-of-file-is-empty',
    cards: 'both',
    title: 'READ BINARY beyond the end of a file answers no bytes and success, as if the file went on.',
  },
  'FileSystem',
  (FileSystem) =>
    class extends FileSystem {
      override read(file: FileSpec, offset: number): Uint8Array {
        try {
          return super.read(file, offset);
        } catch (error) {
          if (error instanceof StatusError && error.sw === SW.wrongParameters.sw) return new Uint8Array(0);
          throw error;
        }
      }
    },
);
