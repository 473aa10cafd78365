/**
 * Whether historical bytes announce extended length fields: bit 7 of the third software function table in
 * compact-TLV tag 7 (ISO 7816-4, 12.1.1.9).
 *
 * @returns undefined where they say nothing
 */
export function announcesExtendedLength(historicalBytes: Uint8Array): boolean | undefined {
  if (historicalBytes[0] !== 0x80) return undefined;
  for (let at = 1; at < historicalBytes.length; ) {
    const tag = historicalBytes[at]! >> 4;
    const length = historicalBytes[at]! & 0x0f;
    const third = historicalBytes[at + 3];
    if (tag === 7 && length >= 3 && third !== undefined) return (third & 0x40) !== 0;
    at += 1 + length;
  }
  return undefined;
}
