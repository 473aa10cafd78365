/** What a party remembers: its objects walked through, every byte string, text and number with its place. */

/** Ports and engines: not what a party stores. */
const NOT_STORED = new Set(['clock', 'rng', 'curve', 'verifier']);

export type StoredValue = {
  readonly place: string;
  readonly bytes: Uint8Array;
  /** The value was a number; the bytes are its decimal digits. */
  readonly number?: boolean;
};

/** Every stored value below `root`. Classes in `without` are left out, as nonces that any request uses up. */
export function storedValues(root: object, without: readonly string[] = []): StoredValue[] {
  const values: StoredValue[] = [];
  const seen = new Set<object>();
  const visit = (value: unknown, place: string): void => {
    if (value instanceof Uint8Array) values.push({ place, bytes: value });
    else if (typeof value === 'string') values.push({ place, bytes: Buffer.from(value) });
    else if (typeof value === 'number') values.push({ place, bytes: Buffer.from(`${value}`), number: true });
    else if (typeof value === 'object' && value !== null && !seen.has(value)) {
      seen.add(value);
      if (without.includes(value.constructor?.name)) return;
      if (value instanceof Map) {
        for (const [key, member] of value) {
          visit(key, `${place} key`);
          visit(member, `${place}[${String(key)}]`);
        }
      } else if (value instanceof Set) {
        for (const member of value) visit(member, `${place} member`);
      } else {
        for (const [name, member] of Object.entries(value))
          if (!NOT_STORED.has(name)) visit(member, `${place}.${name}`);
      }
    }
  };
  visit(root, '');
  return values;
}

/** The same as one text, to be compared before and after. */
export function snapshot(root: object, without: readonly string[] = ['SingleUse']): string {
  return storedValues(root, without)
    .map(({ place, bytes }) => `${place} ${Buffer.from(bytes).toString('hex')}`)
    .join('\n');
}
