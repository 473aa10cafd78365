import { type CardDefect, inCompanionHandler } from '../card-defect.js';

export const anyQuestionReadOut: CardDefect = inCompanionHandler(
  {
    id: 'interoperability/any-question-read-out',
    cards: 'patient',
    title: 'The read-out is given whatever the two bytes of its question are.',
  },
  'getCardholderData',
  (good) => () => good({ data: new Uint8Array(2) }),
);
