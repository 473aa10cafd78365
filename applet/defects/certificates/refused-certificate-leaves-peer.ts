import { type CardDefect, inPart } from '../card-defect.js';

export const refusedCertificateLeavesPeer: CardDefect = inPart(
  {
    id: 'certificates/refused-certificate-leaves-peer',
    cards: 'both',
    title: "A certificate that is refused leaves the other card's role of before.",
  },
  'CertificateChain',
  (CertificateChain) =>
    class extends CertificateChain {
      override verify(bytes: Uint8Array): void {
        const role = this.peerRole.value;
        const key = this.peerKey.bytes.slice();
        try {
          super.verify(bytes);
        } catch (error) {
          this.peerRole.value = role;
          this.peerKey.bytes.set(key);
          throw error;
        }
      }
    },
);
