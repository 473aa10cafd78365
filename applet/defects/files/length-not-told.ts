import type { FileSpec } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const lengthNotTold: CardDefect = inPart(
  {
    id: 'files/length-not-told',
    cards: 'both',
    title: 'The control parameters of a file tell its capacity, not its length.',
  },
  'FileSystem',
  (FileSystem) =>
    class extends FileSystem {
      override contentLength(file: FileSpec): number {
        return file.size || super.contentLength(file);
      }
    },
);
