import { type CardDefect, inPart } from '../card-defect.js';

export const activatedWithAnyCertificate: CardDefect = inPart(
  {
    id: 'life-cycle/activated-with-any-certificate',
    cards: 'both',
    title: "ACTIVATE FILE does not look at the card's own certificates.",
  },
  'CertificateChain',
  (CertificateChain) =>
    class extends CertificateChain {
      override checkOwn(): void {}
    },
);
