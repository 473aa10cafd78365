import { type CardDefect, inEngine } from '../card-defect.js';

export const torsionAccepted: CardDefect = inEngine(
  {
    id: 'cryptography/torsion-accepted',
    cards: 'professional',
    title: 'A point outside the subgroup of prime order is taken for a member of it.',
  },
  () => ({ g1InSubgroup: () => true }),
);
