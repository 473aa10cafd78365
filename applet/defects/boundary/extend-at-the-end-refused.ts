import { findFileBySfi, SW } from '../../../apdu/index.js';
import { refuse } from '../../runtime/status-error.js';
import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const extendAtTheEndRefused: CardDefect = inPatientHandler(
  {
    id: 'boundary/extend-at-the-end-refused',
    cards: 'patient',
    title: 'UPDATE BINARY at the very end of the content is refused as beyond it.',
  },
  'updateBinary',
  (good, os) => (request) => {
    const file =
      request.p1 >= 0x80 ? findFileBySfi(os.selection.directory, request.p1 & 0x1f) : os.selection.file;
    const offset = request.p1 >= 0x80 ? request.p2 : (request.p1 << 8) | request.p2;
    if (file && os.files.contentLength(file) === offset) refuse(SW.wrongParameters);
    return good(request);
  },
);
