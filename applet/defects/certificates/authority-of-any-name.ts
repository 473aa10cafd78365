import { type CardDefect, inPart } from '../card-defect.js';

export const authorityOfAnyName: CardDefect = inPart(
  {
    id: 'certificates/authority-of-any-name',
    cards: 'both',
    title: 'A role certificate may name another authority than the one that signed it.',
  },
  'CertificateChain',
  (CertificateChain) =>
    class extends CertificateChain {
      protected override checkRole(...given: Parameters<InstanceType<typeof CertificateChain>['checkRole']>) {
        const [certificate, authority, roles] = given;
        return super.checkRole(
          certificate,
          { ...authority, holderReference: certificate.body.issuerReference },
          roles,
        );
      }
    },
);
