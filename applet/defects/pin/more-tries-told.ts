import { StatusError } from '../../runtime/status-error.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const moreTriesTold: CardDefect = inPart(
  { id: 'pin/more-tries-told', cards: 'both', title: '63Cx tells a try more than there is.' },
  'Pin',
  (Pin) =>
    class extends Pin {
      override check(candidate: Uint8Array): void {
        try {
          super.check(candidate);
        } catch (error) {
          throw error instanceof StatusError && error.sw >> 4 === 0x63c
            ? new StatusError(error.sw + 1)
            : error;
        }
      }
    },
);
