import { type CardDefect, inPart } from '../card-defect.js';

export const responseSurvivesCommand: CardDefect = inPart(
  {
    id: 'kept-state/response-survives-command',
    cards: 'both',
    title: 'A response that waits outlives other commands.',
  },
  'MessageBuffer',
  (MessageBuffer) =>
    class extends MessageBuffer {
      override dropResponse(): void {
        if (this.waiting === 0) super.dropResponse();
      }
    },
);
