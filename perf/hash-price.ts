import type { CardTiming } from './card-profile.js';
import { plus, primitivePrice, scaled } from './price-sum.js';
import type { Price } from './price-term.js';

const BLOCK_BYTES = 64;
/** One bit and a 64-bit length, appended before the last block is cut (FIPS 180-4, 5.1.1). */
const PADDING_BYTES = 9;
/** Blocks of the measured row over 256 bytes, without and with padding. */
const ROW_UPDATE_BLOCKS = 4;
const ROW_FINAL_BLOCKS = 5;

/** Blocks that finishing a hash still works on: the full ones of `bytesBefore` are done already. */
export function finalBlocks(bytesBefore: number, bytes: number): number {
  const kept = bytesBefore % BLOCK_BYTES;
  return Math.ceil((kept + bytes + PADDING_BYTES) / BLOCK_BYTES);
}

/** Blocks an update works on, from the full blocks before and after it. */
export function blocksBetween(before: number, after: number): number {
  return Math.max(0, after - before);
}

/** Prices of SHA-256 on one card: a constant per call and the same for every block. */
export function sha256Prices(timing: CardTiming) {
  const perBlock = blockPrice(timing);
  const times = (blocks: number) => scaled(perBlock, blocks);
  return {
    final: (blocks: number): Price => plus(constant(timing), times(blocks)),
    update: (blocks: number): Price => plus(updateConstant(timing, perBlock), times(blocks)),
    reset: (): Price => {
      // The row is a whole hash and the reset after it.
      const difference = plus(
        primitivePrice(timing, 'sha256_reset_256B'),
        scaled(primitivePrice(timing, 'sha256_256B'), -1),
      );
      return atLeastNothing(difference);
    },
  };
}

function usableFit(timing: CardTiming) {
  const series = timing.series.sha256;
  return series !== undefined && series.fit.fixedMs >= 0 && series.fit.msPerUnit > 0 ? series : undefined;
}

function blockPrice(timing: CardTiming): Price {
  const series = usableFit(timing);
  if (series !== undefined) return { ms: series.fit.msPerUnit, label: series.label };
  const share = scaled(primitivePrice(timing, 'sha256_256B'), 1 / ROW_FINAL_BLOCKS);
  return share.ms === null ? share : { ms: share.ms, label: 'estimated' };
}

function constant(timing: CardTiming): Price {
  const series = usableFit(timing);
  return series === undefined
    ? { ms: 0, label: 'estimated' }
    : { ms: series.fit.fixedMs, label: series.label };
}

function updateConstant(timing: CardTiming, perBlock: Price): Price {
  const row = primitivePrice(timing, 'sha256_update_256B');
  return row.ms === null ? constant(timing) : atLeastNothing(plus(row, scaled(perBlock, -ROW_UPDATE_BLOCKS)));
}

function atLeastNothing(price: Price): Price {
  return price.ms === null ? price : { ms: Math.max(0, price.ms), label: price.label };
}
