import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const wrongPinKeepsVerification: CardDefect = inPatientHandler(
  {
    id: 'pin/wrong-pin-keeps-verification',
    cards: 'both',
    title: 'A wrong PIN leaves the verification of before.',
  },
  'verify',
  (good, os) => (request) => {
    const before = os.security.hasPin('holder');
    try {
      return good(request);
    } finally {
      if (before && request.p2 === 'holder PIN') os.security.grantPin('holder');
    }
  },
);
