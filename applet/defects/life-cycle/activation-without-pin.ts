import { type CardDefect, inPart } from '../card-defect.js';

export const activationWithoutPin: CardDefect = inPart(
  {
    id: 'life-cycle/activation-without-pin',
    cards: 'professional',
    title: 'A card without a PIN is activated.',
  },
  'Pin',
  (Pin) =>
    class extends Pin {
      override get isSet(): boolean {
        return true;
      }
    },
);
