import type { BytecodeCount } from './metering/counted-block.js';

/**
 * Bytecodes of GHASH in the card's own code, four bits at a time with a table of 256 bytes for the key: counted by
 * the rule of `metering/` (a test counts them again and checks the routine against another implementation).
 */
export const GHASH_BYTECODES: { readonly perKey: BytecodeCount; readonly perBlock: BytecodeCount } = {
  perKey: { local: 6987, memory: 706, invoke: 7 },
  perBlock: { local: 17499, memory: 2305, invoke: 65 },
};
