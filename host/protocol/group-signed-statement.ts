/** A doctor's group signature as it travels with a statement; verifying it is the epoch verifier's. */

import type { ValuesOf } from '../../apdu/index.js';
import type { GROUP_SIGNATURE } from './messages.js';

export type DoctorSignature = ValuesOf<typeof GROUP_SIGNATURE>;
