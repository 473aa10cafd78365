/** The batch of cards for simulators and tests; whoever makes real cards has a master key of their own. */

import { fromHex } from '../bytes.js';

/** What manufacturer and issuer agree on for a batch of blank cards. */
export type CardBatch = {
  /** Key version number of the transport keys, 1 to 127. */
  readonly keyVersion: number;
  /** 16 bytes; every card's transport keys follow from it and the card's diversification data. */
  readonly masterKey: Uint8Array;
};

/** Its master key is GlobalPlatform's well-known test key: no secret. */
export const TEST_CARD_BATCH: CardBatch = {
  keyVersion: 0x30,
  masterKey: fromHex('40 41 42 43 44 45 46 47 48 49 4A 4B 4C 4D 4E 4F'),
};
