import { type CardDefect, inPart } from '../card-defect.js';

export const selectionSurvivesReset: CardDefect = inPart(
  {
    id: 'kept-state/selection-survives-reset',
    cards: 'both',
    title: 'After a reset the application is still selected.',
  },
  'Selection',
  (Selection) =>
    class extends Selection {
      private wasSelected = false;

      override get hasApplication(): boolean {
        return super.hasApplication || this.wasSelected;
      }

      override selectDirectory(
        directory: Parameters<InstanceType<typeof Selection>['selectDirectory']>[0],
      ): void {
        super.selectDirectory(directory);
        this.wasSelected = super.hasApplication;
      }
    },
);
