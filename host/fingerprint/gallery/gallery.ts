/** The gallery: seals fingers for storage, spreads them over its shards, asks all shards and decides. */

import { createHmac } from 'node:crypto';
import { type Rng, systemRng } from '../../crypto/random.js';
import type { FingerPosition, FingerView } from '../format/finger-record.js';
import { isGoodEnough } from '../matcher/prepared-template.js';
import { decide } from './decision.js';
import { sealFinger } from './sealed-finger.js';
import type {
  Candidate,
  Enrolment,
  EnrolOutcome,
  FingerprintSearch,
  IdentifyOutcome,
  LoadOutcome,
  SealedFinger,
} from './search-port.js';
import { GalleryShard, type ShardFinger, type ShardScore } from './shard.js';
import { WorkerShard } from './worker-shard.js';

/** Most impressions of a finger that are kept: two halve the misses, more cost time and gain little. */
const VIEWS_PER_FINGER = 2;

/** A shard wherever it runs. */
export interface ShardDoor {
  add(fingers: readonly ShardFinger[]): Promise<readonly boolean[]>;
  remove(row: string): Promise<boolean>;
  search(views: readonly FingerView[]): Promise<readonly ShardScore[]>;
  close(): Promise<void>;
}

export type GalleryOptions = {
  /** 32 bytes: seals and opens fingers. The gallery wipes its own copies, not this one. */
  readonly key: Uint8Array;
  /** 32 bytes: orders the rows, so that two galleries of one person can not be laid side by side. */
  readonly orderKey: Uint8Array;
  /** Worker threads; 0 searches in this thread (0). */
  readonly workers?: number;
  /** Nonces (the system's). */
  readonly rng?: Rng;
  /** The compiled worker, where it does not stand beside this file. */
  readonly workerUrl?: URL;
};

export class FingerprintGallery implements FingerprintSearch {
  /** Row to pseudonym, of everybody enrolled. */
  private readonly pseudonyms = new Map<string, string>();

  private constructor(
    private readonly shards: readonly ShardDoor[],
    private readonly key: Uint8Array,
    private readonly orderKey: Uint8Array,
    private readonly rng: Rng,
  ) {}

  /** @throws {RangeError} for keys of another length */
  static async start(options: GalleryOptions): Promise<FingerprintGallery> {
    const { key, orderKey, workers = 0, rng = systemRng, workerUrl } = options;
    if (key.length !== 32 || orderKey.length !== 32) throw new RangeError('the gallery keys have 32 bytes');
    const shards: ShardDoor[] =
      workers === 0
        ? [localShard(new GalleryShard(key.slice(), 1))]
        : await Promise.all(
            Array.from({ length: workers }, () => WorkerShard.start({ key, parts: workers }, workerUrl)),
          );
    return new FingerprintGallery(shards, key.slice(), orderKey.slice(), rng);
  }

  get size(): number {
    return this.pseudonyms.size;
  }

  async enrol({ pseudonym, views, version = 1 }: Enrolment): Promise<EnrolOutcome> {
    const byPosition = viewsByFinger(views.filter(isGoodEnough));
    const positions = [...new Set(views.map(({ position }) => position))];
    const missing = positions.filter((position) => position === 0 || !byPosition.has(position));
    if (byPosition.size === 0 || missing.length > 0) return { kind: 'recapture', positions: missing };
    const fingers = [...byPosition].map(([position, found]) =>
      sealFinger(this.key, { pseudonym, position, version }, bestViews(found), this.rng),
    );
    const { refused } = await this.load(fingers);
    return { kind: 'enrolled', fingers: fingers.filter((finger) => !refused.includes(finger)) };
  }

  async load(fingers: readonly SealedFinger[]): Promise<LoadOutcome> {
    const named = fingers.map((finger) => ({ row: this.rowOf(finger.pseudonym), finger }));
    const opened = new Set<SealedFinger>();
    await Promise.all(
      this.shards.map(async (shard, part) => {
        const own = named.filter(({ row }) => this.shardOf(row) === part);
        const taken = await shard.add(own);
        own.forEach(({ row, finger }, i) => {
          if (!taken[i]) return;
          opened.add(finger);
          this.pseudonyms.set(row, finger.pseudonym);
        });
      }),
    );
    return { loaded: opened.size, refused: fingers.filter((finger) => !opened.has(finger)) };
  }

  async remove(pseudonym: string): Promise<boolean> {
    const row = this.rowOf(pseudonym);
    this.pseudonyms.delete(row);
    return this.shards[this.shardOf(row)]!.remove(row);
  }

  async identify(views: readonly FingerView[]): Promise<IdentifyOutcome> {
    const searched = this.size;
    const fingers = viewsByFinger(views.filter(isGoodEnough)).size;
    if (fingers === 0) {
      const positions: FingerPosition[] = [...new Set(views.map(({ position }) => position))];
      return { kind: 'recapture', positions, searched };
    }
    const answers = await Promise.all(this.shards.map((shard) => shard.search(views)));
    const ranked = answers
      .flat()
      .flatMap(({ row, score }): Candidate[] => {
        const pseudonym = this.pseudonyms.get(row);
        return pseudonym === undefined ? [] : [{ pseudonym, score }];
      })
      .sort((a, b) => b.score - a.score);
    return { ...decide(ranked, searched, fingers), searched };
  }

  async close(): Promise<void> {
    await Promise.all(this.shards.map((shard) => shard.close()));
    this.pseudonyms.clear();
    this.key.fill(0);
    this.orderKey.fill(0);
  }

  private rowOf(pseudonym: string): string {
    return createHmac('sha256', this.orderKey).update(pseudonym).digest('hex').slice(0, 32);
  }

  private shardOf(row: string): number {
    return Number.parseInt(row.slice(0, 8), 16) % this.shards.length;
  }
}

/** The impressions of each finger. */
function viewsByFinger(views: readonly FingerView[]): Map<FingerPosition, FingerView[]> {
  const fingers = new Map<FingerPosition, FingerView[]>();
  for (const view of views) fingers.set(view.position, [...(fingers.get(view.position) ?? []), view]);
  return fingers;
}

/** Those with the most minutiae that the first one's image size permits to write into one record. */
function bestViews(views: readonly FingerView[]): readonly FingerView[] {
  const ranked = [...views].sort((a, b) => b.minutiae.length - a.minutiae.length);
  const { image } = ranked[0]!;
  return ranked
    .filter((view) => JSON.stringify(view.image) === JSON.stringify(image))
    .slice(0, VIEWS_PER_FINGER)
    .map((view, viewNumber) => ({
      ...view,
      viewNumber,
      impressionType: view.impressionType & 15,
      extended: [],
    }));
}

function localShard(shard: GalleryShard): ShardDoor {
  return {
    add: async (fingers) => shard.add(fingers),
    remove: async (row) => shard.remove(row),
    search: async (views) => shard.search(views),
    close: async () => shard.wipe(),
  };
}
