/** Cost of one operation of the coprocessor port on a card and platform. */
import type { CardProfile, CardTiming } from './card-profile.js';
import type { OperationCount } from './command-figures.js';
import { type Cost, costOf, NO_COST, sumCosts, timesCost } from './cost-interval.js';
import { priceOperation } from './cost-model.js';
import { javacardPrice } from './javacard-recipes.js';
import { bytecodeCost, type Platform } from './platform.js';
import { primitivePrice, scaled } from './price-sum.js';
import { GHASH_BYTECODES } from './software-ghash.js';

const AES_BLOCK_BYTES = 16;

export function operationCost(
  profile: CardProfile,
  timing: CardTiming,
  platform: Platform,
  operation: OperationCount,
): Cost {
  return timesCost(onceCost(profile, timing, platform, operation), operation.count);
}

function onceCost(
  profile: CardProfile,
  timing: CardTiming,
  platform: Platform,
  { name, length }: OperationCount,
): Cost {
  if (name === 'aes128-gcm') return gcmCost(timing, platform, length);
  const recipe = platform === 'javacard' ? javacardPrice(profile, name) : null;
  if (recipe !== null) return costOf(recipe);
  const row = costOf(priceOperation(timing, { name, length, count: 1 }));
  return name.endsWith('-mul') ? sumCosts([row, fullPointCost(timing, name)]) : row;
}

/** What a multiplication costs more than the key agreement it is priced as, because both coordinates come out. */
function fullPointCost(timing: CardTiming, name: string): Cost {
  const { fullPointOutput: extra } = timing;
  if (extra === undefined) return NO_COST;
  const at256 = primitivePrice(timing, 'ecdh_256');
  const own = primitivePrice(timing, name.startsWith('bls12381') ? 'ecdh_384' : 'ecdh_256');
  if (at256.ms === null || own.ms === null) return NO_COST; // the row itself has said what is missing
  return costOf(scaled({ ms: extra.extraMs, label: extra.label }, own.ms / at256.ms));
}

/**
 * AES-GCM, which no card of the data offers: the counter mode by the AES engine (the blocks, one for the tag,
 * one for the hash key), and GHASH in the card's own code.
 */
function gcmCost(timing: CardTiming, platform: Platform, length: number): Cost {
  const blocks = Math.ceil(length / AES_BLOCK_BYTES) + 2;
  const aes = priceOperation(timing, { name: 'aes128-ecb', length: blocks * AES_BLOCK_BYTES, count: 1 });
  const { perBlock, perKey } = GHASH_BYTECODES;
  // Additional data and text fill blocks of their own, and one block holds their lengths.
  return sumCosts([
    costOf(aes),
    bytecodeCost(timing, platform, perKey),
    timesCost(bytecodeCost(timing, platform, perBlock), blocks),
  ]);
}
