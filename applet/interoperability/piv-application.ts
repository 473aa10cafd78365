/** The log-in key as a PIV card (NIST SP 800-73-4): key 9A, its certificate, and what tells the card apart. */

import {
  authenticationCertificate,
  capabilityContainer,
  cardholderUniqueIdentifier,
  discoveryObject,
  equalBytes,
  type PIV_APPLICATION,
  PIV_OBJECT,
  type PivObjectName,
  type RequestOf,
  SW,
} from '../../apdu/index.js';
import type { CardOs } from '../os/card-os.js';
import { fileSelectionHandlers } from '../os/file-selection.js';
import type { HandlersOf } from '../os/handlers.js';
import { refuse } from '../runtime/status-error.js';
import type { LogInKey } from './log-in-key.js';
import { logInPinHandlers } from './log-in-pins.js';

type Commands = typeof PIV_APPLICATION.commands;

export function pivHandlers(os: CardOs, key: LogInKey): HandlersOf<typeof PIV_APPLICATION> {
  const objects: Readonly<Record<PivObjectName, () => Uint8Array>> = {
    discovery: discoveryObject,
    capabilityContainer: () => capabilityContainer(key.identifier.read()),
    cardholderUniqueIdentifier: () => cardholderUniqueIdentifier(key.identifier.read(), key.expiry.read()),
    authenticationCertificate: () => authenticationCertificate(key.certificate.read()),
  };

  return {
    ...fileSelectionHandlers(os),
    ...logInPinHandlers(os, key),

    getData({ data }: RequestOf<Commands['getData']>) {
      const names = Object.keys(PIV_OBJECT) as PivObjectName[];
      const name = names.find((candidate) => equalBytes(PIV_OBJECT[candidate], data.tag));
      return name ? objects[name]() : refuse(SW.fileNotFound);
    },

    generalAuthenticate({ data }: RequestOf<Commands['generalAuthenticate']>) {
      return { authentication: { signature: key.sign(data.authentication.challenge) } };
    },
  };
}
