import { type CardDefect, inPart } from '../card-defect.js';

export const chainAcrossChannels: CardDefect = inPart(
  {
    id: 'kept-state/chain-across-channels',
    cards: 'both',
    title: 'A link on another logical channel continues the chain.',
  },
  'MessageBuffer',
  (MessageBuffer) =>
    class extends MessageBuffer {
      override continuesChain(header: Uint8Array): boolean {
        const [cla = 0, ...rest] = header;
        return super.continuesChain(
          Uint8Array.of((cla & ~0x03) | (this.chainHeader.bytes[0]! & 0x03), ...rest),
        );
      }
    },
);
