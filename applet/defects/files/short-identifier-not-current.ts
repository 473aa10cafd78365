import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const shortIdentifierNotCurrent: CardDefect = inPatientHandler(
  {
    id: 'files/short-identifier-not-current',
    cards: 'both',
    title: 'READ BINARY with a short identifier leaves another file current.',
  },
  'readBinary',
  (good, os) => (request) => {
    const before = os.selection.file;
    const content = good(request);
    if (before) os.selection.selectFile(before);
    return content;
  },
);
