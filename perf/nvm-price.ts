import type { CardProfile, CardTiming } from './card-profile.js';
import type { Price } from './price-term.js';

/**
 * Least believable time of a page write in ms. Erasing and programming a page takes 2 to 3 ms on smart-card
 * NVM; a row far below was buffered by the card or rewrote what was there.
 */
const LEAST_PAGE_WRITE_MS = 0.5;

/** Bytes of the measured RAM-to-NVM copy. */
const COPY_BYTES = 256;

/**
 * ms of one page write. Best evidence is a field write that changed the value. Without it: the transactional
 * copy of 256 bytes, spread over its pages and as many of the journal; the plain copy is never used, since
 * on several cards it is as fast as a copy within RAM.
 */
export function pageWritePrice(profile: CardProfile, timing: CardTiming): Price {
  const fieldWriteMs = timing.changedFieldWriteMs;
  if (fieldWriteMs !== null) {
    return fieldWriteMs >= LEAST_PAGE_WRITE_MS
      ? { ms: fieldWriteMs, label: 'derived' }
      : { ms: null, missing: ['a believable changed field write'] };
  }
  const copy = timing.primitives.copy_ram2nvm_atomic_256;
  const pages = 2 * Math.ceil(COPY_BYTES / profile.memory.pageBytes.value);
  if (copy === undefined || copy.ms === null || copy.ms / pages < LEAST_PAGE_WRITE_MS) {
    return { ms: null, missing: ['changed field write', 'copy_ram2nvm_atomic_256'] };
  }
  return { ms: copy.ms / pages, label: 'estimated' };
}
