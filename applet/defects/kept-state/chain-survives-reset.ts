import { equalBytes } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const chainSurvivesReset: CardDefect = inPart(
  {
    id: 'kept-state/chain-survives-reset',
    cards: 'both',
    title: 'A chain that a reset interrupted goes on after it.',
  },
  'MessageBuffer',
  (MessageBuffer) =>
    class extends MessageBuffer {
      private kept: { readonly header: Uint8Array; readonly data: Uint8Array } | undefined;

      override append(header: Uint8Array, part: Uint8Array): void {
        if (!this.inChain && this.kept && equalBytes(this.kept.header, header)) {
          const { data } = this.kept;
          this.kept = undefined;
          super.append(header, data);
        }
        super.append(header, part);
        this.kept = { header, data: this.bytes.slice(0, this.chainLength.value) };
      }

      override get inChain(): boolean {
        return super.inChain || this.kept !== undefined;
      }

      override continuesChain(header: Uint8Array): boolean {
        return this.kept ? equalBytes(this.kept.header, header) : super.continuesChain(header);
      }

      override finishChain(): Uint8Array {
        this.kept = undefined;
        return super.finishChain();
      }

      override dropChain(): void {
        this.kept = undefined;
        super.dropChain();
      }
    },
);
