import { type CardDefect, inPart } from '../card-defect.js';

export const expiredAccepted: CardDefect = inPart(
  { id: 'certificates/expired-accepted', cards: 'both', title: 'A certificate that has expired is taken.' },
  'CertificateChain',
  (CertificateChain) =>
    class extends CertificateChain {
      protected override assertCurrent(): void {}
    },
);
