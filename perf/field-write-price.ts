import type { CardProfile, CardTiming } from './card-profile.js';
import type { Price } from './price-term.js';

const COPY_BYTES = 256;

/**
 * ms of one persistent field write that changes the value: the card's own figure. Without one, the
 * transactional copy of 256 bytes over its pages: a field write is atomic as well, so it pays the journal too.
 */
export function fieldWritePrice(profile: CardProfile, timing: CardTiming): Price {
  if (timing.changedFieldWriteMs !== null) return { ms: timing.changedFieldWriteMs, label: 'derived' };
  const copy = timing.primitives.copy_ram2nvm_atomic_256;
  if (copy === undefined || copy.ms === null) {
    return { ms: null, missing: ['changed field write', 'copy_ram2nvm_atomic_256'] };
  }
  return { ms: copy.ms / Math.ceil(COPY_BYTES / profile.memory.pageBytes.value), label: 'estimated' };
}
