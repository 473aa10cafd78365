/** Characters as a UART sees them and as bytes (ISO/IEC 7816-3:2006, 7.3 and 8.1). */

import type { AtrConvention } from '../../apdu/index.js';

/** TS as a UART for the direct convention receives it: 3B is direct, 03 is 3F of the inverse convention. */
export function conventionOfTs(received: number): AtrConvention | undefined {
  if (received === 0x3b) return 'direct';
  return received === 0x03 ? 'inverse' : undefined;
}

/** The inverse convention sends the highest bit first and a set bit as low level. */
const INVERTED = Uint8Array.from({ length: 256 }, (_, byte) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) if ((byte & (1 << bit)) !== 0) reversed |= 0x80 >> bit;
  return ~reversed & 0xff;
});

/** Between line and bytes, the same in both directions. */
export function convert(bytes: Uint8Array, convention: AtrConvention): Uint8Array {
  return convention === 'direct' ? bytes : bytes.map((byte) => INVERTED[byte]!);
}
