import { type FileSpec, SW } from '../../../apdu/index.js';
import { refuse } from '../../runtime/status-error.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const offsetAtTheEndRefused: CardDefect = inPart(
  {
    id: 'boundary/offset-at-the-end-refused',
    cards: 'both',
    title: 'An offset at the very end of a file is refused as beyond it.',
  },
  'FileSystem',
  (FileSystem) =>
    class extends FileSystem {
      override read(file: FileSpec, offset: number): Uint8Array {
        const bytes = super.read(file, offset);
        return bytes.length === 0 ? refuse(SW.wrongParameters) : bytes;
      }
    },
);
