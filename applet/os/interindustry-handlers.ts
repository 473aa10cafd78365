/** Handlers of the interindustry commands that both applications offer. */

import {
  type FileSpec,
  findAlgorithm,
  findFileBySfi,
  type PATIENT_APPLICATION,
  type RequestOf,
  SW,
} from '../../apdu/index.js';
import { refuse } from '../runtime/status-error.js';
import type { ApplicationState } from './application-state.js';
import type { CardOs } from './card-os.js';
import { fileSelectionHandlers } from './file-selection.js';

type Commands = typeof PATIENT_APPLICATION.commands;

export function interindustryHandlers(os: CardOs, state: ApplicationState) {
  const { selection } = os;
  /** The file that a short identifier or the selection names, readable now. */
  const readable = (file: FileSpec | undefined): FileSpec => {
    if (!file) return refuse(SW.fileNotFound);
    if (!os.security.satisfies(file.read, state.lifeCycle)) refuse(SW.securityStatusNotSatisfied);
    return file;
  };
  const bySfiOrCurrent = (sfi: number): FileSpec => {
    if (sfi !== 0) {
      const file = readable(findFileBySfi(selection.directory, sfi));
      selection.selectFile(file);
      return file;
    }
    return readable(selection.file ?? refuse(SW.noCurrentFile));
  };

  return {
    ...fileSelectionHandlers(os, state),

    readBinary({ p1, p2 }: RequestOf<Commands['readBinary']>) {
      const bySfi = p1 >= 0x80;
      const file = bySfiOrCurrent(bySfi ? p1 & 0x1f : 0);
      return os.files.read(file, bySfi ? p2 : (p1 << 8) | p2);
    },

    readRecord({ p1, p2 }: RequestOf<Commands['readRecord']>) {
      const record = os.files.records(bySfiOrCurrent(p2)).record(p1);
      if (!record) return refuse(SW.recordNotFound);
      return record.read();
    },

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
