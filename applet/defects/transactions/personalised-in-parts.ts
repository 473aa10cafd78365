import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const personalisedInParts: CardDefect = inPatientHandler(
  {
    id: 'transactions/personalised-in-parts',
    cards: 'patient',
    title: 'STORE DATA writes its first objects before it looks at the certificate among them.',
  },
  'storeData',
  (good) => (request) => {
    const { patientCertificate, ...others } = request.data;
    if (patientCertificate) good({ ...request, data: others });
    return good(request);
  },
);
