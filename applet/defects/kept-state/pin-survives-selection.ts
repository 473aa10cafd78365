import { type CardDefect, inPart } from '../card-defect.js';

export const pinSurvivesSelection: CardDefect = inPart(
  {
    id: 'kept-state/pin-survives-selection',
    cards: 'both',
    title: 'Selecting the application again leaves the PIN verified.',
  },
  'Selection',
  (Selection) =>
    class extends Selection {
      override selectDirectory(
        directory: Parameters<InstanceType<typeof Selection>['selectDirectory']>[0],
      ): void {
        if (this.selected && directory.fid === this.selected.spec.fid) {
          this.fileIdentifier.clear();
          this.recordNumber.clear();
        } else super.selectDirectory(directory);
      }
    },
);
