import type { SecureChannelRule } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const authenticatedOutOfTurn: CardDefect = inPart(
  {
    id: 'scp03/authenticated-out-of-turn',
    cards: 'both',
    title: 'EXTERNAL AUTHENTICATE is taken a second time in an open channel.',
  },
  'Scp03Channel',
  (Scp03Channel) =>
    class extends Scp03Channel {
      override assertPermits(rule: SecureChannelRule, isProtected: boolean): void {
        if (rule === 'scp03 authentication' && isProtected && this.phase.value !== 0) return;
        super.assertPermits(rule, isProtected);
      }

      override open(hostCryptogram: Uint8Array, level: number): void {
        if (this.phase.value === 2) this.level.value = level;
        else super.open(hostCryptogram, level);
      }
    },
);
