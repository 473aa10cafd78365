/**
 * Answer to reset of both cards (ISO/IEC 7816-3:2006, clause 8). Nothing in it tells one card,
 * batch or holder from another.
 */

import { buildAtr, CARD_CAPABILITIES, concatBytes, fromHex } from '../../apdu/index.js';

/**
 * T=1 only, 96 times the default speed at most (TA1 = 95: Fi 512, Di 16), information fields of 254
 * bytes. Historical bytes (7816-4:2020, 12.1.1): category 80, card capabilities 73.
 */
export const CARD_ATR: Uint8Array = buildAtr({
  convention: 'direct',
  interfaceBytes: [{ ta: 0x95 }, { protocol: 1 }, { protocol: 1, ta: 0xfe, tb: 0x45 }],
  historicalBytes: concatBytes(fromHex('80 73'), CARD_CAPABILITIES),
});
