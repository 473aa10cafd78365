/** GHASH (NIST SP 800-38D, 6.3 and 6.4) as a card's own code does it: four bits at a time with a table of 16 blocks. */

/** R of the field, for the four bits that a step shifts out. */
const REDUCTION = Uint8Array.of(
  0,
  0x1c,
  0x38,
  0x24,
  0x70,
  0x6c,
  0x48,
  0x54,
  0xe1,
  0xfd,
  0xd9,
  0xc5,
  0x91,
  0x8d,
  0xa9,
  0xb5,
);
const REDUCTION_LOW = Uint8Array.of(
  0,
  0x20,
  0x40,
  0x60,
  0x80,
  0xa0,
  0xc0,
  0xe0,
  0,
  0x20,
  0x40,
  0x60,
  0x80,
  0xa0,
  0xc0,
  0xe0,
);

/** Multiples of the hash key by all four-bit polynomials, 256 bytes. */
export function ghashTable(key: Uint8Array, table: Uint8Array): void {
  for (let i = 0; i < 16; i++) table[128 + i] = key[i]!;
  for (let entry = 4; entry > 0; entry >>= 1) halve(table, entry << 5, entry << 4);
  for (let entry = 2; entry < 16; entry <<= 1) {
    for (let low = 1; low < entry; low++) {
      for (let i = 0; i < 16; i++) {
        table[((entry + low) << 4) + i] = table[(entry << 4) + i]! ^ table[(low << 4) + i]!;
      }
    }
  }
}

/** The block at `to` is the one at `from` times x. */
function halve(table: Uint8Array, from: number, to: number): void {
  const carry = table[from + 15]! & 1;
  for (let i = 15; i > 0; i--) table[to + i] = (table[from + i]! >> 1) | (table[from + i - 1]! << 7);
  table[to] = table[from]! >> 1;
  if (carry !== 0) table[to] = table[to]! ^ 0xe1;
}

/** hash = (hash XOR block) times the key. */
export function ghashBlock(table: Uint8Array, hash: Uint8Array, block: Uint8Array): void {
  const product = new Uint8Array(16);
  for (let i = 15; i >= 0; i--) {
    const byte = hash[i]! ^ block[i]!;
    step(table, product, byte & 0x0f);
    step(table, product, byte >> 4);
  }
  for (let i = 0; i < 16; i++) hash[i] = product[i]!;
}

/** product = product times x^4 XOR the table's entry. */
function step(table: Uint8Array, product: Uint8Array, nibble: number): void {
  const carry = product[15]! & 0x0f;
  for (let i = 15; i > 0; i--) {
    product[i] = (product[i]! >> 4) ^ (product[i - 1]! << 4) ^ table[(nibble << 4) + i]!;
  }
  product[0] = (product[0]! >> 4) ^ table[nibble << 4]! ^ REDUCTION[carry]!;
  product[1] = product[1]! ^ REDUCTION_LOW[carry]!;
}
