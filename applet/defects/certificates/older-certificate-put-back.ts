import {
  decodePatientCertificate,
  encodePatientCertificate,
  equalBytes,
  PATIENT_APPLICATION,
} from '../../../apdu/index.js';
import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const olderCertificatePutBack: CardDefect = inPatientHandler(
  {
    id: 'certificates/older-certificate-put-back',
    cards: 'patient',
    title: "NHI's desk puts an older patient certificate back.",
  },
  'putCertificate',
  (good, os) => (request) => {
    try {
      return good(request);
    } catch (error) {
      const { content } = os.files.transparent(PATIENT_APPLICATION.files.certificate);
      const current = decodePatientCertificate(content.read()).body;
      if (request.data.body.effectiveDate > current.effectiveDate) throw error;
      if (!equalBytes(request.data.body.pid, current.pid)) throw error;
      os.nvm.atomically(() => content.write(encodePatientCertificate(request.data)));
      return undefined;
    }
  },
);
