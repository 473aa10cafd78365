import { type CardDefect, inPart } from '../card-defect.js';

export const signatureNotChecked: CardDefect = inPart(
  {
    id: 'certificates/signature-not-checked',
    cards: 'both',
    title: 'The signature of a certificate is not looked at.',
  },
  'CertificateChain',
  (CertificateChain) =>
    class extends CertificateChain {
      protected override assertSigned(): void {}
    },
);
