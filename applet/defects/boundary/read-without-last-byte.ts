import type { FileSpec } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const readWithoutLastByte: CardDefect = inPart(
  {
    id: 'boundary/read-without-last-byte',
    cards: 'both',
    title: 'READ BINARY never reaches the last byte of a file.',
  },
  'FileSystem',
  (FileSystem) =>
    class extends FileSystem {
      override read(file: FileSpec, offset: number): Uint8Array {
        return super.read(file, offset).subarray(0, -1);
      }
    },
);
