import { type CardDefect, inProfessionalHandler } from '../card-defect.js';

export const joinAnsweredAsBefore: CardDefect = inProfessionalHandler(
  {
    id: 'flows/join-answered-as-before',
    cards: 'professional',
    title: 'A join that is begun again answers the member key of the one before.',
  },
  'joinRequest',
  (good) => {
    let first: ReturnType<typeof good> | undefined;
    return (request) => {
      const answer = good(request);
      first ??= answer;
      return first;
    };
  },
);
