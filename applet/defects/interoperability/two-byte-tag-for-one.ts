import { PIV_OBJECT } from '../../../apdu/index.js';
import { type CardDefect, inCompanionHandler } from '../card-defect.js';

export const twoByteTagForOne: CardDefect = inCompanionHandler(
  {
    id: 'interoperability/two-byte-tag-for-one',
    cards: 'both',
    title: 'PIV GET DATA answers the discovery object for every tag of one byte.',
  },
  'getData',
  (good) => (request) =>
    good(request.data.tag.length === 1 ? { data: { tag: PIV_OBJECT.discovery } } : request),
);
