import { type CardDefect, inPart } from '../card-defect.js';

export const halfChainExecuted: CardDefect = inPart(
  {
    id: 'kept-state/half-chain-executed',
    cards: 'both',
    title: 'A chain that is interrupted is lost, but the command that interrupts it is executed.',
  },
  'MessageBuffer',
  (MessageBuffer) =>
    class extends MessageBuffer {
      override continuesChain(header: Uint8Array): boolean {
        if (!super.continuesChain(header)) this.dropChain();
        return true;
      }
    },
);
