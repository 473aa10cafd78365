import { type CardDefect, inPart } from '../card-defect.js';

export const timeStandsStill: CardDefect = inPart(
  {
    id: 'certificates/time-stands-still',
    cards: 'both',
    title: 'The latest date that a certificate vouched for is not kept.',
  },
  'CertificateChain',
  (CertificateChain) =>
    class extends CertificateChain {
      protected override assertCurrent(body: {
        readonly effectiveDate: number;
        readonly expirationDate: number;
      }): void {
        super.assertCurrent({ ...body, effectiveDate: 0 });
      }
    },
);
