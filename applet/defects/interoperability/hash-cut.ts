import { type CardDefect, inCompanionHandler } from '../card-defect.js';

export const hashCut: CardDefect = inCompanionHandler(
  {
    id: 'interoperability/hash-cut',
    cards: 'both',
    title: 'Key 9A signs the hash without its last byte.',
  },
  'generalAuthenticate',
  (good) =>
    ({ data, ...request }) => {
      const challenge = data.authentication.challenge.slice();
      challenge[challenge.length - 1] = 0;
      return good({ ...request, data: { authentication: { ...data.authentication, challenge } } });
    },
);
