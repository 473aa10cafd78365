import { findFileBySfi } from '../../../apdu/index.js';
import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const unknownShortIdentifierCurrent: CardDefect = inPatientHandler(
  {
    id: 'files/unknown-short-identifier-current',
    cards: 'both',
    title: 'A short identifier that no file has means the current file.',
  },
  'readBinary',
  (good, os) => (request) => {
    const known = request.p1 < 0x80 || findFileBySfi(os.selection.directory, request.p1 & 0x1f);
    return known || !os.selection.file ? good(request) : good({ p1: 0, p2: request.p2 });
  },
);
