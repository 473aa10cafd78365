/** What the manufacturer of a batch writes onto one of its cards. */

import {
  type CardBatch,
  SCP03_DIVERSIFICATION_BYTES,
  SCP03_OPTIONS,
  type Scp03Options,
} from '../../apdu/index.js';
import type { Rng } from '../crypto/random.js';
import { diversifyKeys } from './scp03-keys.js';

/** Transport keys of a card of the batch, its diversification data drawn; implementation "i" = 70 unless given. */
export function transportKeysOf(batch: CardBatch, rng: Rng, options: Scp03Options = SCP03_OPTIONS.full) {
  const diversificationData = rng.bytes(SCP03_DIVERSIFICATION_BYTES);
  const keys = diversifyKeys(batch.masterKey, diversificationData);
  return { keyVersion: batch.keyVersion, options, diversificationData, ...keys };
}
