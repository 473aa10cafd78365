/** Messages between the gallery and the thread of a shard; answers come in the order of the jobs. */

import type { FingerView } from '../format/finger-record.js';
import type { ShardFinger, ShardScore } from './shard.js';

/** What the thread is started with. */
export type ShardSettings = {
  readonly key: Uint8Array;
  /** How many shards the gallery has. */
  readonly parts: number;
};

export type ShardJob =
  | { readonly kind: 'add'; readonly fingers: readonly ShardFinger[] }
  | { readonly kind: 'remove'; readonly row: string }
  | { readonly kind: 'search'; readonly views: readonly FingerView[] }
  | { readonly kind: 'wipe' };

export type ShardAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'add'; readonly taken: readonly boolean[] }
  | { readonly kind: 'remove'; readonly found: boolean }
  | { readonly kind: 'search'; readonly scores: readonly ShardScore[] }
  | { readonly kind: 'wipe' };
