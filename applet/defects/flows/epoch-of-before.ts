import { type CardDefect, inProfessionalHandler } from '../card-defect.js';

export const epochOfBefore: CardDefect = inProfessionalHandler(
  {
    id: 'flows/epoch-of-before',
    cards: 'professional',
    title: 'A group signature comes with the epoch before the one it was made for.',
  },
  'computeSignature',
  (good) => (request) => {
    const answer = good(request);
    return { ...answer, epoch: answer.epoch - 1 };
  },
);
