import { type CardDefect, inCompanionHandler } from '../card-defect.js';

export const anyKeyReference: CardDefect = inCompanionHandler(
  {
    id: 'interoperability/any-key-reference',
    cards: 'both',
    title: 'MANAGE SECURITY ENVIRONMENT takes any reference for that of the log-in key.',
  },
  'manageSecurityEnvironment',
  () => () => undefined,
);
