import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const appendedToNothing: CardDefect = inPatientHandler(
  {
    id: 'files/appended-to-nothing',
    cards: 'patient',
    title: 'APPEND RECORD says that it is done and writes nothing.',
  },
  'appendRecord',
  () => () => undefined,
);
