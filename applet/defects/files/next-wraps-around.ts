import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const nextWrapsAround: CardDefect = inPatientHandler(
  {
    id: 'files/next-wraps-around',
    cards: 'patient',
    title: 'Behind the last record the next one is the first.',
  },
  'readRecordInOrder',
  (good) => (request) => {
    try {
      return good(request);
    } catch (error) {
      if (request.p2.mode !== 'next') throw error;
      return good({ ...request, p2: { ...request.p2, mode: 'first' } });
    }
  },
);
