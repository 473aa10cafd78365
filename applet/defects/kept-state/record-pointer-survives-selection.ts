import type { FileSpec } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const recordPointerSurvivesSelection: CardDefect = inPart(
  {
    id: 'kept-state/record-pointer-survives-selection',
    cards: 'patient',
    title: 'Selecting a file leaves the record pointer where it was.',
  },
  'Selection',
  (Selection) =>
    class extends Selection {
      override selectFile(file: FileSpec): void {
        const { record } = this;
        super.selectFile(file);
        this.record = record;
      }
    },
);
