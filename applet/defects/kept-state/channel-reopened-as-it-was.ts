import { type CardDefect, inPart } from '../card-defect.js';

export const channelReopenedAsItWas: CardDefect = inPart(
  {
    id: 'kept-state/channel-reopened-as-it-was',
    cards: 'both',
    title: 'A logical channel that is closed and opened again is as it was.',
  },
  'LogicalChannels',
  (LogicalChannels) =>
    class extends LogicalChannels {
      protected override wipe(channel: number): void {
        this.memory.useChannel(channel);
      }
    },
);
