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
      private last = 0;

      override get selected() {
        return super.selected ?? (this.last === 0 ? undefined : this.applications.at(this.last));
      }

      override selectDirectory(directory: Parameters<InstanceType<typeof Selection>['selectDirectory']>[0]) {
        super.selectDirectory(directory);
        this.last = this.application.value;
      }
    },
);
