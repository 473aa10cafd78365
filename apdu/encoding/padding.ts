/** Padding: of plaintexts before sealing, so that an envelope tells 256-byte steps and not lengths, and of AES blocks. */

/** Sealed plaintexts are a multiple of this, in bytes. */
export const PADDING_BLOCK_BYTES = 256;

/** `80` and zeros up to the next multiple of 256 (ISO/IEC 9797-1, padding method 2); always adds a byte. */
export function padPlaintext(plaintext: Uint8Array): Uint8Array {
  const length = (Math.floor(plaintext.length / PADDING_BLOCK_BYTES) + 1) * PADDING_BLOCK_BYTES;
  const padded = new Uint8Array(length);
  padded.set(plaintext);
  padded[plaintext.length] = 0x80;
  return padded;
}

/** The plaintext, or `undefined` when the bytes are not what {@link padPlaintext} makes of any plaintext. */
export function unpadPlaintext(padded: Uint8Array): Uint8Array | undefined {
  if (padded.length === 0 || padded.length % PADDING_BLOCK_BYTES !== 0) return undefined;
  let end = padded.length - 1;
  const lastBlock = padded.length - PADDING_BLOCK_BYTES;
  while (end > lastBlock && padded[end] === 0) end--;
  return padded[end] === 0x80 ? padded.slice(0, end) : undefined;
}

const CIPHER_BLOCK_BYTES = 16;

/** Data followed by 80 and as many 00 as fill a block of AES (ISO/IEC 9797-1, padding method 2); always adds a byte. */
export function padBlocks(data: Uint8Array): Uint8Array {
  const padded = new Uint8Array((Math.floor(data.length / CIPHER_BLOCK_BYTES) + 1) * CIPHER_BLOCK_BYTES);
  padded.set(data);
  padded[data.length] = 0x80;
  return padded;
}

/** The data in padded bytes, or `undefined` when the padding is not one that {@link padBlocks} makes. */
export function unpadBlocks(padded: Uint8Array): Uint8Array | undefined {
  let end = padded.length - 1;
  while (end > padded.length - CIPHER_BLOCK_BYTES && padded[end] === 0) end--;
  return end >= 0 && padded[end] === 0x80 ? padded.subarray(0, end) : undefined;
}
