import { type CardDefect, inPart } from '../card-defect.js';

export const channelSurvivesSelection: CardDefect = inPart(
  {
    id: 'scp03/channel-survives-selection',
    cards: 'both',
    title: 'Selecting the application again leaves the secure channel open.',
  },
  'Selection',
  (Selection) =>
    class extends Selection {
      override selectDirectory(
        directory: Parameters<InstanceType<typeof Selection>['selectDirectory']>[0],
      ): void {
        if (!this.hasApplication || directory.fid !== this.spec.fid) super.selectDirectory(directory);
      }
    },
);
