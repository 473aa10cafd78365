/** What a party remembers: its objects walked through, and the rows of its store; every byte string, text and number with its place. */

import { type Store, TABLES, type World } from '../../host/index.js';

/** Ports and engines: not what a party stores. */
const NOT_STORED = new Set(['clock', 'rng', 'curve', 'verifier', 'store']);

export type StoredValue = {
  readonly place: string;
  readonly bytes: Uint8Array;
  /** The value was a number; the bytes are its decimal digits. */
  readonly number?: boolean;
};

/** Every value below `root`. */
export function storedValues(root: object): StoredValue[] {
  const values: StoredValue[] = [];
  const seen = new Set<object>();
  const visit = (value: unknown, place: string): void => {
    if (value instanceof Uint8Array) values.push({ place, bytes: value });
    else if (typeof value === 'string') values.push({ place, bytes: Buffer.from(value) });
    else if (typeof value === 'number') values.push({ place, bytes: Buffer.from(`${value}`), number: true });
    else if (typeof value === 'object' && value !== null && !seen.has(value)) {
      seen.add(value);
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

/** Every value in the rows of a store, in an order that its content alone decides. */
export async function storedRows(store: Store, without: readonly string[] = []): Promise<StoredValue[]> {
  const values: StoredValue[] = [];
  for (const table of TABLES.filter((name) => !without.includes(name))) {
    const rows = await store.all(`SELECT * FROM ${table}`);
    const read = rows.map((row) => storedValues(row)).map((row) => ({ row, key: asText(row) }));
    read.sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const { row } of read)
      values.push(...row.map((value) => ({ ...value, place: `${table}${value.place}` })));
  }
  return values;
}

/** All that NHI knows: its keys and its store. */
export async function storedByNhi({ nhi, store }: Pick<World, 'nhi' | 'store'>): Promise<StoredValue[]> {
  return [...storedValues(nhi), ...(await storedRows(store))];
}

/** A party's memory as one text, to be compared before and after. */
export function snapshot(root: object): string {
  return asText(storedValues(root));
}

/** The same of NHI, without nonces, which any request uses up. */
export async function nhiSnapshot({ nhi, store }: Pick<World, 'nhi' | 'store'>): Promise<string> {
  return `${snapshot(nhi)}\n${asText(await storedRows(store, ['single_use']))}`;
}

function asText(values: readonly StoredValue[]): string {
  return values.map(({ place, bytes }) => `${place} ${Buffer.from(bytes).toString('hex')}`).join('\n');
}
