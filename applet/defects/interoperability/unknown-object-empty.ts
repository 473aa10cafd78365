import { equalBytes, PIV_OBJECT } from '../../../apdu/index.js';
import { type CardDefect, inCompanionHandler } from '../card-defect.js';

export const unknownObjectEmpty: CardDefect = inCompanionHandler(
  {
    id: 'interoperability/unknown-object-empty',
    cards: 'both',
    title: 'PIV GET DATA answers an empty container for an object that is not there.',
  },
  'getData',
  (good) => (request) => {
    const isKnown = Object.values(PIV_OBJECT).some((tag) => equalBytes(tag, request.data.tag));
    return isKnown ? good(request) : Uint8Array.of(0x53, 0x00);
  },
);
