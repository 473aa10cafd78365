import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const erasedButOneByte: CardDefect = inPatientHandler(
  { id: 'files/erased-but-one-byte', cards: 'patient', title: 'ERASE BINARY leaves the byte at its offset.' },
  'eraseBinary',
  (good) => (request) => good({ ...request, p2: request.p2 + 1 }),
);
