import { concatBytes, LOG_IN_PIN_BYTES } from '../../../apdu/index.js';
import { type CardDefect, inCompanionHandler } from '../card-defect.js';

export const changeNotStored: CardDefect = inCompanionHandler(
  {
    id: 'interoperability/change-not-stored',
    cards: 'both',
    title: 'CHANGE REFERENCE DATA of the log-in PIN is answered with success and changes nothing.',
  },
  'changeReferenceData',
  (good) =>
    ({ data, ...request }) => {
      const current = data.subarray(0, LOG_IN_PIN_BYTES);
      return good({ ...request, data: concatBytes(current, current) });
    },
);
