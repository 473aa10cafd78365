import { type CardDefect, inCompanionHandler } from '../card-defect.js';

export const unblockingVerifies: CardDefect = inCompanionHandler(
  {
    id: 'interoperability/unblocking-verifies',
    cards: 'both',
    title: 'Whoever unblocks the log-in PIN counts as having verified it.',
  },
  'resetRetryCounter',
  (good, { security }) =>
    (request) => {
      good(request);
      security.grantPin('holder');
      return undefined;
    },
);
