/** Numbers of P-256 (SP 800-186, 3.2.1.3) and their byte forms. */

/** Field prime p. */
export const P256_PRIME = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
/** Order n of the base point. */
export const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The integer that 32 bytes stand for, big-endian. */
export function integerOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`);
}

const scratch = Buffer.alloc(32);

/** 32 bytes, big-endian. */
export function bytesOf(value: bigint): Uint8Array {
  // Not by Buffer.from: its pool costs more than the conversion.
  scratch.write(value.toString(16).padStart(64, '0'), 'hex');
  const bytes = new Uint8Array(scratch);
  scratch.fill(0);
  return bytes;
}

/** The scalar of 32 bytes when 1 ≤ scalar < n, else `undefined`. */
export function scalarOf(bytes: Uint8Array): bigint | undefined {
  if (bytes.length !== 32) return undefined;
  const scalar = integerOf(bytes);
  return scalar > 0n && scalar < P256_ORDER ? scalar : undefined;
}
