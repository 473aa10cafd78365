import { ROLE } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const anyRoleAccepted: CardDefect = inPart(
  {
    id: 'certificates/any-role-accepted',
    cards: 'both',
    title: 'A card takes certificates of roles that it does not meet.',
  },
  'CertificateChain',
  (CertificateChain) =>
    class extends CertificateChain {
      protected override checkRole(...given: Parameters<InstanceType<typeof CertificateChain>['checkRole']>) {
        const [certificate, authority] = given;
        return super.checkRole(certificate, authority, Object.values(ROLE));
      }
    },
);
