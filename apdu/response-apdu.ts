/** Response APDU codec (ISO/IEC 7816-4:2020, 5.2): data and the two status bytes. */

import { concatBytes, uintToBytes } from './bytes.js';

/** A parsed response; `sw` is SW1 and SW2 as one number (`0x9000`). */
export type ResponseApdu = { readonly data: Uint8Array; readonly sw: number };

/** Parses a response, or `undefined` when there are not even two bytes (a mute card). */
export function parseResponseApdu(bytes: Uint8Array): ResponseApdu | undefined {
  if (bytes.length < 2) return undefined;
  const end = bytes.length - 2;
  return { data: bytes.subarray(0, end), sw: (bytes[end]! << 8) | bytes[end + 1]! };
}

/** Bytes of a response. */
export function encodeResponseApdu(response: ResponseApdu): Uint8Array {
  return concatBytes(response.data, uintToBytes(response.sw, 2));
}
