import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const warrantOfAnotherTerm: CardDefect = inPatientHandler(
  {
    id: 'flows/warrant-of-another-term',
    cards: 'patient',
    title: 'The pharmacy is shown a warrant that lasts a day longer than the one NHI signed.',
  },
  'showWarrant',
  (good) => (request) => {
    const shown = good(request);
    return { ...shown, warrant: { ...shown.warrant, notAfter: shown.warrant.notAfter + 86_400 } };
  },
);
