import { encodeTemplate, LOG_RECORD, PATIENT_APPLICATION } from '../../../apdu/index.js';
import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const refusedVisitLogged: CardDefect = inPatientHandler(
  {
    id: 'transactions/refused-visit-logged',
    cards: 'patient',
    title: 'A visit that is refused leaves an entry in the log.',
  },
  'putVisitRecord',
  (good, os) => (request) => {
    try {
      return good(request);
    } catch (error) {
      const log = os.files.records(PATIENT_APPLICATION.files.log);
      const { time, hospitalId } = request.data;
      os.nvm.atomically(() => log.append(encodeTemplate(LOG_RECORD, { time, hospitalId })));
      throw error;
    }
  },
);
