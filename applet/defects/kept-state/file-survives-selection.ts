import { type CardDefect, inPart } from '../card-defect.js';

export const fileSurvivesSelection: CardDefect = inPart(
  {
    id: 'kept-state/file-survives-selection',
    cards: 'both',
    title: 'Selecting the application again leaves the current file.',
  },
  'Selection',
  (Selection) =>
    class extends Selection {
      override selectDirectory(
        directory: Parameters<InstanceType<typeof Selection>['selectDirectory']>[0],
      ): void {
        const { file } = this;
        super.selectDirectory(directory);
        if (file && Object.values(this.directory.files).includes(file)) this.selectFile(file);
      }
    },
);
