import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const changeWithoutCurrent: CardDefect = inPatientHandler(
  {
    id: 'pin/change-without-current',
    cards: 'patient',
    title:
      'CHANGE REFERENCE DATA takes the new PIN of whoever has verified the old one, whatever the current one it is told.',
  },
  'changeReferenceData',
  (good, os) => (request) => {
    if (!os.security.hasPin('holder') || request.p2 !== 'holder PIN') return good(request);
    try {
      return good(request);
    } catch {
      return undefined;
    }
  },
);
