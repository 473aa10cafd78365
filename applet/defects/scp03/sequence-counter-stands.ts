import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const sequenceCounterStands: CardDefect = inPatientHandler(
  {
    id: 'scp03/sequence-counter-stands',
    cards: 'both',
    title: "The sequence counter never moves, so the card's challenge comes back.",
  },
  'initializeUpdate',
  (good, os) => (request) => {
    const answer = good(request);
    os.transportKeys.sequenceCounter.value = 0;
    return answer;
  },
);
