import type { FileSpec } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const offsetBeyondTheEndTaken: CardDefect = inPart(
  {
    id: 'boundary/offset-beyond-the-end-taken',
    cards: 'both',
    title: 'An offset beyond the end of a file is taken for its end.',
  },
  'FileSystem',
  (FileSystem) =>
    class extends FileSystem {
      override read(file: FileSpec, offset: number): Uint8Array {
        return super.read(file, Math.min(offset, this.contentLength(file)));
      }
    },
);
