/** Big-endian byte strings as integers, for the reference engine. */

/** The integer that `bytes` stand for. */
export function toInteger(bytes: Uint8Array): bigint {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text === '' ? 0n : BigInt(`0x${text}`);
}

/** `value` as `length` bytes. The caller has made sure that it fits. */
export function fromInteger(value: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let rest = value;
  for (let i = length - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/** A 32-byte scalar with 1 ≤ scalar < `order`, or `undefined`. */
export function toScalar(bytes: Uint8Array, order: bigint): bigint | undefined {
  if (bytes.length !== 32) return undefined;
  const scalar = toInteger(bytes);
  return scalar > 0n && scalar < order ? scalar : undefined;
}
