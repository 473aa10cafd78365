import { type CardDefect, inPart } from '../card-defect.js';

export const anyReferenceIsTheRoot: CardDefect = inPart(
  {
    id: 'certificates/any-reference-is-the-root',
    cards: 'both',
    title: 'MANAGE SECURITY ENVIRONMENT takes any reference for that of the root.',
  },
  'CertificateChain',
  (CertificateChain) =>
    class extends CertificateChain {
      override select(reference: Uint8Array): void {
        try {
          super.select(reference);
        } catch {
          super.select(this.anchor.rootReference.read());
        }
      }
    },
);
