/** Card limits for tests: the common card, and smaller ones by overriding. */

import type { CardLimits } from '../../applet/index.js';

/** The figures of the default profile. */
export const DEFAULT_LIMITS: CardLimits = {
  nvmBytes: 81_920,
  ramBytes: 4_096,
  commitBufferBytes: 512,
  apduBufferBytes: 261,
  pageBytes: 128,
  enduranceCycles: 500_000,
  extendedLength: false,
};
