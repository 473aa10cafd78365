import type { FileSpec } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const offsetOfOneByte: CardDefect = inPart(
  {
    id: 'boundary/offset-of-one-byte',
    cards: 'both',
    title: 'Of an offset in P1-P2 only the low byte counts.',
  },
  'FileSystem',
  (FileSystem) =>
    class extends FileSystem {
      override read(file: FileSpec, offset: number): Uint8Array {
        return super.read(file, offset & 0xff);
      }
    },
);
