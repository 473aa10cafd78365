import type { FileSpec } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const lengthOneShort: CardDefect = inPart(
  {
    id: 'files/length-one-short',
    cards: 'both',
    title: 'The control parameters of a file tell a byte less than there is.',
  },
  'FileSystem',
  (FileSystem) =>
    class extends FileSystem {
      override contentLength(file: FileSpec): number {
        return super.contentLength(file) - 1;
      }
    },
);
