import { concatBytes, decodeTlv, decodeTlvs } from '../../../apdu/index.js';
import { type CardDefect, inCompanionHandler } from '../card-defect.js';

export const signatureNotInDer: CardDefect = inCompanionHandler(
  {
    id: 'interoperability/signature-not-in-der',
    cards: 'both',
    title: 'PSO: COMPUTE DIGITAL SIGNATURE answers r and s as they are, not in DER.',
  },
  'computeSignature',
  (good) => (request) => {
    const [r, s] = decodeTlvs(decodeTlv(good(request)).value).map(({ value }) => unsigned(value));
    return concatBytes(r!, s!);
  },
);

/** The 32 bytes of a number. */
function unsigned(value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(32);
  const digits = value.slice(-32);
  bytes.set(digits, 32 - digits.length);
  return bytes;
}
