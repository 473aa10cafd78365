import type { FileSpec } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const readOneByteLate: CardDefect = inPart(
  {
    id: 'boundary/read-one-byte-late',
    cards: 'both',
    title: 'READ BINARY begins one byte behind its offset.',
  },
  'FileSystem',
  (FileSystem) =>
    class extends FileSystem {
      override read(file: FileSpec, offset: number): Uint8Array {
        return super.read(file, offset).subarray(1);
      }
    },
);
