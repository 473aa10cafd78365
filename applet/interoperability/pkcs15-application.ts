/** The log-in key as PKCS#15 (ISO/IEC 7816-15): files made of the specification, one key that signs hashes. */

import {
  authenticationObjects,
  certificates,
  LOG_IN_KEY_REFERENCE,
  objectDirectory,
  PKCS15_APPLICATION,
  privateKeys,
  type RequestOf,
  SW,
  tokenInformation,
} from '../../apdu/index.js';
import type { CardOs } from '../os/card-os.js';
import { fileHandlers } from '../os/file-handlers.js';
import { fileSelectionHandlers } from '../os/file-selection.js';
import type { HandlersOf } from '../os/handlers.js';
import { refuse } from '../runtime/status-error.js';
import type { LogInKey } from './log-in-key.js';
import { logInPinHandlers } from './log-in-pins.js';

const { files } = PKCS15_APPLICATION;
type Commands = typeof PKCS15_APPLICATION.commands;

const NOTHING = new Uint8Array(0);

/** Lays out the files that describe the key; what stands in them takes no memory. */
export function installPkcs15Files(os: CardOs, key: LogInKey): void {
  const { certificate, ...described } = files;
  os.files.install(
    os.memory,
    described,
    new Map([
      [
        files.objectDirectory.fid,
        () => objectDirectory(described.authenticationObjects, described.privateKeys, described.certificates),
      ],
      [files.tokenInformation.fid, () => tokenInformation(key.identifier.read())],
      [files.authenticationObjects.fid, authenticationObjects],
      [files.privateKeys.fid, () => privateKeys(files.key)],
      [files.key.fid, () => NOTHING],
      [files.certificates.fid, () => certificates(certificate)],
    ]),
  );
}

export function pkcs15Handlers(os: CardOs, key: LogInKey): HandlersOf<typeof PKCS15_APPLICATION> {
  const { readBinary } = fileHandlers(os);
  return {
    ...fileSelectionHandlers(os),
    readBinary,
    ...logInPinHandlers(os, key),

    manageSecurityEnvironment({ data }: RequestOf<Commands['manageSecurityEnvironment']>) {
      if (data.key[0] !== LOG_IN_KEY_REFERENCE) refuse(SW.referenceDataNotFound);
      return undefined;
    },

    computeSignature: ({ data }: RequestOf<Commands['computeSignature']>) => key.sign(data),
  };
}
