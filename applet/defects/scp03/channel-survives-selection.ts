import type { SecureChannelRule } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const channelSurvivesSelection: CardDefect = inPart(
  {
    id: 'scp03/channel-survives-selection',
    cards: 'both',
    title: 'Selecting the application again leaves the secure channel open.',
  },
  'Scp03Channel',
  (Scp03Channel) =>
    class extends Scp03Channel {
      private kept: Uint8Array[] = [];

      private get fields() {
        const { phase, level, encryptionKey, macKey, responseMacKey, chaining, counter } = this;
        return [phase, level, encryptionKey, macKey, responseMacKey, chaining, counter];
      }

      override assertPermits(rule: SecureChannelRule, isProtected: boolean): void {
        if (this.phase.value === 0) this.kept.forEach((bytes, i) => void this.fields[i]!.bytes.set(bytes));
        super.assertPermits(rule, isProtected);
      }

      override unwrap(header: Uint8Array, data: Uint8Array): Uint8Array {
        const plain = super.unwrap(header, data);
        if (this.phase.value === 2) this.kept = this.fields.map(({ bytes }) => bytes.slice());
        return plain;
      }

      override open(hostCryptogram: Uint8Array, level: number): void {
        super.open(hostCryptogram, level);
        this.kept = this.fields.map(({ bytes }) => bytes.slice());
      }

      override close(): void {
        super.close();
        this.kept = [];
      }
    },
);
