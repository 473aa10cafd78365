import {
  decodePatientCertificate,
  encodePatientCertificate,
  equalBytes,
  PATIENT_APPLICATION,
} from '../../../apdu/index.js';
import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const renewedWithoutSignature: CardDefect = inPatientHandler(
  {
    id: 'certificates/renewed-without-signature',
    cards: 'patient',
    title: "A renewed patient certificate is taken without NHI's signature.",
  },
  'putCertificate',
  (good, os) => (request) => {
    const { content } = os.files.transparent(PATIENT_APPLICATION.files.certificate);
    const current = decodePatientCertificate(content.read()).body;
    const { body } = request.data;
    const renews = equalBytes(body.pid, current.pid) && body.effectiveDate > current.effectiveDate;
    if (!renews || !equalBytes(body.signingKey, current.signingKey)) return good(request);
    os.nvm.atomically(() => content.write(encodePatientCertificate(request.data)));
    return undefined;
  },
);
