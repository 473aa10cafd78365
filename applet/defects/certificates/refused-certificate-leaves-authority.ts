import { type CardDefect, inPart } from '../card-defect.js';

export const refusedCertificateLeavesAuthority: CardDefect = inPart(
  {
    id: 'certificates/refused-certificate-leaves-authority',
    cards: 'both',
    title: 'A CA certificate that is refused leaves the CA of before.',
  },
  'CertificateChain',
  (CertificateChain) =>
    class extends CertificateChain {
      protected override forgetAuthority(): void {}
    },
);
