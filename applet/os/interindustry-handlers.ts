/** Handlers of the interindustry commands that both applications offer. */

import { findAlgorithm, type PATIENT_APPLICATION, type RequestOf, SW } from '../../apdu/index.js';
import { refuse } from '../runtime/status-error.js';
import type { ApplicationState } from './application-state.js';
import type { CardOs } from './card-os.js';
import { fileHandlers } from './file-handlers.js';
import { fileSelectionHandlers } from './file-selection.js';

type Commands = typeof PATIENT_APPLICATION.commands;

export function interindustryHandlers(os: CardOs, state: ApplicationState) {
  return {
    ...fileSelectionHandlers(os),
    ...fileHandlers(os),

    /** Of the holder PIN; an application with further PINs looks at P2 first. */
    verify({ data }: Pick<RequestOf<Commands['verify']>, 'data'>) {
      const pin = state.pins.holder;
      if (data === undefined) {
        if (os.security.hasPin('holder')) return undefined;
        if (pin.triesLeft === 0) refuse(SW.authenticationMethodBlocked);
        return refuse(SW.counter, pin.triesLeft);
      }
      os.security.revokePin('holder');
      pin.check(data);
      os.security.grantPin('holder');
      return undefined;
    },

    resetVerification(_request: RequestOf<Commands['resetVerification']>) {
      os.security.revokePin('holder');
      return undefined;
    },

    changeReferenceData({ data }: Pick<RequestOf<Commands['changeReferenceData']>, 'data'>) {
      os.security.revokePin('holder');
      state.pins.holder.check(data.current);
      os.nvm.atomically(() => state.pins.holder.set(data.replacement));
      return undefined;
    },

    resetRetryCounter({ data }: RequestOf<Commands['resetRetryCounter']>) {
      state.pins.puk.check(data.puk);
      os.nvm.atomically(() => state.pins.holder.set(data.replacement));
      return undefined;
    },

    manageSecurityEnvironment({ p2, data }: RequestOf<Commands['manageSecurityEnvironment']>) {
      const algorithm = findAlgorithm(state.spec, data.algorithm[0]!);
      const seals = algorithm?.operation === 'sign-then-seal';
      if (!algorithm || seals !== (p2 === 'confidentiality')) return refuse(SW.referenceDataNotFound);
      state.setAlgorithm(algorithm);
      return undefined;
    },
  };
}
