/**
 * The applications beside a card's own, for software that knows nothing of it. They are found from ACTIVATE FILE
 * on, if personalisation brought what they need, and share the life cycle of the card's own application.
 */

import {
  PIV_APPLICATION,
  PKCS15_APPLICATION,
  type PROFESSIONAL_APPLICATION,
  READ_OUT_APPLICATION,
  READ_OUT_BYTES,
  type RequestOf,
} from '../../apdu/index.js';
import type { ApplicationState } from '../os/application-state.js';
import type { Application, CardOs } from '../os/card-os.js';
import { InstalledApplication } from '../os/installed-application.js';
import { LogInKey } from './log-in-key.js';
import { pivHandlers } from './piv-application.js';
import { installPkcs15Files, pkcs15Handlers } from './pkcs15-application.js';
import { readOutHandlers } from './read-out-application.js';

type Store = RequestOf<(typeof PROFESSIONAL_APPLICATION)['commands']['storeInteroperability']>;

export type Interoperability = {
  readonly logIn: LogInKey;
  readonly applications: readonly Application[];
  readonly handlers: { readonly storeInteroperability: (request: Store) => undefined };
};

/** Lays out the log-in key and both of its applications. @throws {ProfileTooSmall} */
export function installInteroperability(
  os: CardOs,
  state: Pick<ApplicationState, 'lifeCycle'>,
): Interoperability {
  const logIn = os.memory.forApplication(PKCS15_APPLICATION.id, () => new LogInKey(os));
  installPkcs15Files(os, logIn);
  const present = () => logIn.isWhole && inUse(state);
  return {
    logIn,
    applications: [
      new InstalledApplication(PKCS15_APPLICATION, pkcs15Handlers(os, logIn), state, undefined, [], present),
      new InstalledApplication(PIV_APPLICATION, pivHandlers(os, logIn), state, undefined, [], present),
    ],
    handlers: {
      storeInteroperability({ data }) {
        os.nvm.atomically(() => logIn.store(data));
        return undefined;
      },
    },
  };
}

/** The same on a patient card, which may show a public reader something too. @throws {ProfileTooSmall} */
export function installPatientInteroperability(os: CardOs, state: Pick<ApplicationState, 'lifeCycle'>) {
  const { logIn, applications } = installInteroperability(os, state);
  const cardholder = os.memory.forApplication(READ_OUT_APPLICATION.id, () =>
    os.memory.string('data of the cardholder', READ_OUT_BYTES),
  );
  const present = () => !cardholder.isEmpty && inUse(state);
  const readOut = readOutHandlers(os, cardholder);
  return {
    logIn,
    applications: [
      ...applications,
      new InstalledApplication(READ_OUT_APPLICATION, readOut, state, undefined, [], present),
    ],
    handlers: {
      storeInteroperability({
        data,
      }: {
        readonly data: Store['data'] & { readonly readOut?: Uint8Array | undefined };
      }) {
        os.nvm.atomically(() => {
          logIn.store(data);
          if (data.readOut) cardholder.write(data.readOut);
        });
        return undefined;
      },
    },
  };
}

function inUse(state: Pick<ApplicationState, 'lifeCycle'>): boolean {
  return state.lifeCycle !== 'initialisation';
}
