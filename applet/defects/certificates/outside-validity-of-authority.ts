import { type CardDefect, inPart } from '../card-defect.js';

export const outsideValidityOfAuthority: CardDefect = inPart(
  {
    id: 'certificates/outside-validity-of-authority',
    cards: 'both',
    title: "A role certificate issued before the CA's own validity is taken.",
  },
  'CertificateChain',
  (CertificateChain) =>
    class extends CertificateChain {
      protected override checkRole(...given: Parameters<InstanceType<typeof CertificateChain>['checkRole']>) {
        const [certificate, authority, roles] = given;
        return super.checkRole(certificate, { ...authority, effectiveDate: 0 }, roles);
      }
    },
);
