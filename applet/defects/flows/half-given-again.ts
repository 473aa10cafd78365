import { type CardDefect, inProfessionalHandler } from '../card-defect.js';

export const halfGivenAgain: CardDefect = inProfessionalHandler(
  {
    id: 'flows/half-given-again',
    cards: 'professional',
    title: 'A half of the member key is given again to whoever asks again.',
  },
  'exportOpeningHalf',
  (good) => {
    const given = new Map<string, ReturnType<typeof good>>();
    return (request) => {
      try {
        const answer = good(request);
        given.set(request.p1, { ...answer, openingHalf: answer.openingHalf.slice() });
        return answer;
      } catch (error) {
        const before = given.get(request.p1);
        if (!before) throw error;
        return before;
      }
    };
  },
);
