import * as specification from '../../apdu/defects/index.js';
import * as access from './access/index.js';
import * as boundary from './boundary/index.js';
import { type CardDefect, ofSpecification } from './card-defect.js';
import * as certificates from './certificates/index.js';
import * as cryptography from './cryptography/index.js';
import * as files from './files/index.js';
import * as flows from './flows/index.js';
import * as interoperability from './interoperability/index.js';
import * as keptState from './kept-state/index.js';
import * as lifeCycle from './life-cycle/index.js';
import * as pin from './pin/index.js';
import * as scp03 from './scp03/index.js';
import * as secureMessaging from './secure-messaging/index.js';
import * as statusWord from './status-word/index.js';
import * as transactions from './transactions/index.js';

/** Every defect of a card, those of its declaration among them. */
export const CARD_DEFECTS: readonly CardDefect[] = [
  ...Object.values(access),
  ...Object.values(boundary),
  ...Object.values(certificates),
  ...Object.values(cryptography),
  ...Object.values(files),
  ...Object.values(flows),
  ...Object.values(interoperability),
  ...Object.values(keptState),
  ...Object.values(lifeCycle),
  ...Object.values(pin),
  ...Object.values(scp03),
  ...Object.values(secureMessaging),
  ...Object.values(statusWord),
  ...Object.values(transactions),
  ...specification.SPECIFICATION_DEFECTS.map(ofSpecification),
];
