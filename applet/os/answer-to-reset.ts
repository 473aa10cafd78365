/**
 * Answer to reset of both cards (ISO/IEC 7816-3:2006, clause 8). Nothing in it tells one card,
 * batch or holder from another.
 */

import { buildAtr, HISTORICAL_BYTES } from '../../apdu/index.js';

/**
 * T=1 only, 96 times the default speed at most (TA1 = 95: Fi 512, Di 16), information fields of 254
 * bytes.
 */
export const CARD_ATR: Uint8Array = buildAtr({
  convention: 'direct',
  interfaceBytes: [{ ta: 0x95 }, { protocol: 1 }, { protocol: 1, ta: 0xfe, tb: 0x45 }],
  historicalBytes: HISTORICAL_BYTES,
});
