import type { StatusWord } from '../../../apdu/index.js';
import { refuse } from '../../runtime/status-error.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const channelOutlivesError: CardDefect = inPart(
  {
    id: 'scp03/channel-outlives-error',
    cards: 'both',
    title: 'An error of the secure channel does not close it.',
  },
  'Scp03Channel',
  (Scp03Channel) =>
    class extends Scp03Channel {
      protected override fail(status: StatusWord): never {
        return refuse(status);
      }
    },
);
