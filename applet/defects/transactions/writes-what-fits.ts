import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const writesWhatFits: CardDefect = inPatientHandler(
  {
    id: 'transactions/writes-what-fits',
    cards: 'patient',
    title: 'UPDATE BINARY with more than there is room for writes what fits, and refuses then.',
  },
  'updateBinary',
  (good, os) => (request) => {
    try {
      return good(request);
    } catch (error) {
      const { file } = os.selection;
      if (file?.structure !== 'transparent') throw error;
      const { content } = os.files.transparent(file);
      const offset = request.p1 >= 0x80 ? request.p2 : (request.p1 << 8) | request.p2;
      const room = content.capacity - offset;
      if (offset <= content.length && room > 0) {
        os.nvm.atomically(() => content.overwrite(offset, request.data.subarray(0, room)));
      }
      throw error;
    }
  },
);
