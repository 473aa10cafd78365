/** Handlers of GET DATA for the objects that both applications have (ISO/IEC 7816-4:2020, 11.6.3). */

import { HISTORICAL_BYTES } from '../../apdu/index.js';
import type { NvmString } from '../runtime/allocation.js';
import type { ApplicationState } from './application-state.js';

export function dataObjectHandlers({ pins }: ApplicationState, cardSerial: NvmString) {
  return {
    getHistoricalBytes: (_request: unknown) => HISTORICAL_BYTES,
    getPinStatus: (_request: unknown) => ({ holder: pins.holder.triesLeft, puk: pins.puk.triesLeft }),
    getCardSerial: (_request: unknown) => cardSerial.read(),
  };
}
