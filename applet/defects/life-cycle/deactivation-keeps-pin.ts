import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const deactivationKeepsPin: CardDefect = inPatientHandler(
  {
    id: 'life-cycle/deactivation-keeps-pin',
    cards: 'patient',
    title: 'A PIN that was verified before the application was deactivated counts when it is back.',
  },
  'deactivate',
  (good, os) => (request) => {
    const before = os.security.hasPin('holder');
    good(request);
    if (before) os.security.grantPin('holder');
    return undefined;
  },
);
