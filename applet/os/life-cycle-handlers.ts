/** The life cycle of an application after personalisation: out of use, back in use, at its end (ISO/IEC 7816-9, 9.4 to 9.7). */

import type { ApplicationState } from './application-state.js';
import type { CardOs } from './card-os.js';

/**
 * `activate` is what ends personalisation; from `deactivated` ACTIVATE FILE gives back what was there.
 * Who may is for the declarations to say.
 */
export function lifeCycleHandlers(
  os: CardOs,
  state: ApplicationState,
  endPersonalisation: (request: unknown) => undefined,
) {
  return {
    activate(request: unknown) {
      if (state.lifeCycle === 'initialisation') return endPersonalisation(request);
      state.lifeCycle = 'operational';
      return undefined;
    },

    /** A PIN proven before counts no more when the application comes back. */
    deactivate(_request: unknown) {
      os.security.revokePin('holder');
      state.lifeCycle = 'deactivated';
      return undefined;
    },

    terminate(_request: unknown) {
      state.lifeCycle = 'terminated';
      return undefined;
    },
  };
}
