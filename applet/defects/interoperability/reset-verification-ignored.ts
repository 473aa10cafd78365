import { type CardDefect, inCompanionHandler } from '../card-defect.js';

export const resetVerificationIgnored: CardDefect = inCompanionHandler(
  {
    id: 'interoperability/reset-verification-ignored',
    cards: 'both',
    title: 'VERIFY with P1 = FF is answered with success and takes nothing back.',
  },
  'resetVerification',
  () => () => undefined,
);
