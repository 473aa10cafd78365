import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const changeKeepsVerification: CardDefect = inPatientHandler(
  {
    id: 'pin/change-keeps-verification',
    cards: 'both',
    title: 'CHANGE REFERENCE DATA with a wrong current PIN leaves the verification of before.',
  },
  'changeReferenceData',
  (good, os) => (request) => {
    const before = os.security.hasPin('holder');
    try {
      return good(request);
    } finally {
      if (before && request.p2 === 'holder PIN') os.security.grantPin('holder');
    }
  },
);
