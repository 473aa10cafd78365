import { PATIENT_APPLICATION } from '../../../apdu/index.js';
import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const certificateLostByRefusal: CardDefect = inPatientHandler(
  {
    id: 'transactions/certificate-lost-by-refusal',
    cards: 'patient',
    title: 'A renewal of the patient certificate that is refused costs the certificate there was.',
  },
  'putCertificate',
  (good, os) => (request) => {
    try {
      return good(request);
    } catch (error) {
      const { content } = os.files.transparent(PATIENT_APPLICATION.files.certificate);
      os.nvm.atomically(() => content.truncate(content.length - 1));
      throw error;
    }
  },
);
