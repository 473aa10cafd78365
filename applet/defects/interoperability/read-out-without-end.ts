import { type CardDefect, inCompanionHandler } from '../card-defect.js';

export const readOutWithoutEnd: CardDefect = inCompanionHandler(
  {
    id: 'interoperability/read-out-without-end',
    cards: 'patient',
    title: 'The read-out has a zero in the place of its last byte.',
  },
  'getCardholderData',
  (good) => (request) => {
    const data = good(request).slice();
    data[data.length - 1] = 0;
    return data;
  },
);
