/**
 * The map of both memories: every byte that the profile grants stands in exactly one range. NVM
 * offsets are those that the card's programs see; where a page lies on the flash changes with every
 * write to it (see {@link Nvm}).
 */

import type { Owner, Segment } from './allocation.js';
import type { CardLimits } from './card-limits.js';

/** What a range is for. */
export type MemoryUse =
  | Segment
  /** RAM that commands take and give back while they run. */
  | 'arena'
  /** NVM pages kept free for the new content of a transaction. */
  | 'memory manager'
  /** NVM behind the last whole page. */
  | 'less than a page'
  | 'free';

/** A range of bytes with its owner, or with nobody. */
export type MemoryRange = {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly kind: 'operating system' | 'application' | 'nobody';
  /** Identifier of the application that owns it. */
  readonly application?: string;
  readonly use: MemoryUse;
};

/** One memory, its ranges in order and without gaps: their lengths sum to the capacity. */
export type MemoryMap = {
  readonly memory: 'NVM' | 'RAM';
  readonly capacityBytes: number;
  readonly ranges: readonly MemoryRange[];
};

/** What the map is drawn from; a Card is one. */
export type MappedCard = {
  readonly limits: CardLimits;
  readonly owners: { readonly nvm: readonly Owner[]; readonly ram: readonly Owner[] };
  /** Bytes of NVM that the programs can use. */
  readonly nvm: { readonly capacity: number };
};

/** Both memories of a card. */
export function memoryMapsOf(card: MappedCard): { readonly nvm: MemoryMap; readonly ram: MemoryMap } {
  const { nvmBytes, ramBytes, pageBytes } = card.limits;
  const wholePages = Math.floor(nvmBytes / pageBytes) * pageBytes;
  const owned = (owners: readonly Owner[]): MemoryRange[] =>
    owners.map(({ segment, ...owner }) => ({ ...owner, use: segment }));
  return {
    nvm: fill('NVM', nvmBytes, owned(card.owners.nvm), [
      { name: 'free', end: card.nvm.capacity, kind: 'nobody', use: 'free' },
      { name: 'shadow pages', end: wholePages, kind: 'operating system', use: 'memory manager' },
      { name: 'rest of a page', end: nvmBytes, kind: 'nobody', use: 'less than a page' },
    ]),
    ram: fill('RAM', ramBytes, owned(card.owners.ram), [
      { name: 'arena', end: ramBytes, kind: 'operating system', use: 'arena' },
    ]),
  };
}

type Rest = Pick<MemoryRange, 'name' | 'kind' | 'use'> & { readonly end: number };

/** The owned ranges and behind them the rest, empty ranges left out. */
function fill(
  memory: MemoryMap['memory'],
  capacityBytes: number,
  owned: readonly MemoryRange[],
  rest: readonly Rest[],
): MemoryMap {
  const ranges = [...owned];
  let offset = owned.reduce((end, range) => Math.max(end, range.offset + range.length), 0);
  for (const { end, ...range } of rest) {
    if (end > offset) ranges.push({ ...range, offset, length: end - offset });
    offset = end;
  }
  return { memory, capacityBytes, ranges };
}

/** Bytes of a map by who owns them and what for. */
export type MemoryShare = {
  /** "operating system", an application's identifier, or "nobody". */
  readonly owner: string;
  readonly use: MemoryUse;
  readonly bytes: number;
};

/** The shares of a map in the order in which their first range stands; they sum to the capacity. */
export function memoryShares(map: MemoryMap): readonly MemoryShare[] {
  const shares = new Map<string, MemoryShare>();
  for (const { kind, application, use, length } of map.ranges) {
    const owner = application ?? kind;
    const key = `${owner}|${use}`;
    shares.set(key, { owner, use, bytes: (shares.get(key)?.bytes ?? 0) + length });
  }
  return [...shares.values()];
}
