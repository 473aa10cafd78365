import { type CardDefect, inPart } from '../card-defect.js';

export const agentSlotOutlivesTries: CardDefect = inPart(
  {
    id: 'pin/agent-slot-outlives-tries',
    cards: 'patient',
    title: 'The slot of an agent stays when the last try of its PIN is spent; only its PIN is blocked.',
  },
  'Pin',
  (Pin) =>
    class extends Pin {
      override get triesLeft(): number {
        return this.isSet && this.spec.name.startsWith('agent')
          ? Math.max(1, super.triesLeft)
          : super.triesLeft;
      }
    },
);
