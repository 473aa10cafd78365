/** Handlers of the log-in PIN and its PUK, the same in both applications of the log-in key. */

import { LOG_IN_PIN_BYTES, type PIV_APPLICATION, type RequestOf, SW } from '../../apdu/index.js';
import type { CardOs } from '../os/card-os.js';
import { refuse } from '../runtime/status-error.js';
import { assertFormat, type LogInKey } from './log-in-key.js';

type Commands = typeof PIV_APPLICATION.commands;

const NO_DATA = new Uint8Array(0);

export function logInPinHandlers(os: CardOs, { pins }: LogInKey) {
  const { security, nvm } = os;
  /** Both halves of command data, in the right format. */
  const halves = (data: Uint8Array): readonly [Uint8Array, Uint8Array] => {
    const [current, replacement] = [data.subarray(0, LOG_IN_PIN_BYTES), data.subarray(LOG_IN_PIN_BYTES)];
    assertFormat(current);
    assertFormat(replacement);
    return [current, replacement];
  };

  return {
    verify({ data }: RequestOf<Commands['verify']>) {
      if (data === undefined) {
        if (security.hasPin('holder')) return NO_DATA;
        if (pins.holder.triesLeft === 0) refuse(SW.authenticationMethodBlocked);
        return refuse(SW.counter, pins.holder.triesLeft);
      }
      assertFormat(data);
      security.revokePin('holder');
      pins.holder.check(data);
      security.grantPin('holder');
      return NO_DATA;
    },

    resetVerification(_request: RequestOf<Commands['resetVerification']>) {
      security.revokePin('holder');
      return undefined;
    },

    changeReferenceData({ p2, data }: RequestOf<Commands['changeReferenceData']>) {
      const [current, replacement] = halves(data);
      const pin = p2 === 'log-in PUK' ? pins.puk : pins.holder;
      security.revokePin('holder');
      pin.check(current);
      nvm.atomically(() => pin.set(replacement));
      return undefined;
    },

    resetRetryCounter({ data }: RequestOf<Commands['resetRetryCounter']>) {
      const [puk, replacement] = halves(data);
      security.revokePin('holder');
      pins.puk.check(puk);
      nvm.atomically(() => pins.holder.set(replacement));
      return undefined;
    },
  };
}
