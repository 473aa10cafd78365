/** The read-out for public readers: what personalisation stored, as it was stored. */

import { type READ_OUT_APPLICATION, type RequestOf, SW } from '../../apdu/index.js';
import type { CardOs } from '../os/card-os.js';
import { fileSelectionHandlers } from '../os/file-selection.js';
import type { HandlersOf } from '../os/handlers.js';
import type { NvmString } from '../runtime/allocation.js';
import { refuse } from '../runtime/status-error.js';

type Commands = typeof READ_OUT_APPLICATION.commands;

export function readOutHandlers(os: CardOs, cardholder: NvmString): HandlersOf<typeof READ_OUT_APPLICATION> {
  return {
    ...fileSelectionHandlers(os),

    getCardholderData({ data }: RequestOf<Commands['getCardholderData']>) {
      if (data.some((byte) => byte !== 0)) refuse(SW.incorrectData);
      return cardholder.read();
    },
  };
}
