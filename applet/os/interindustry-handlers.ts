/** Handlers of the interindustry commands that both applications offer. */

import {
  bytesToUint,
  concatBytes,
  encodeTlv,
  type FileSpec,
  findAlgorithm,
  findFileByFid,
  findFileBySfi,
  type PATIENT_APPLICATION,
  type RequestOf,
  SW,
  uintToBytes,
} from '../../apdu/index.js';
import { refuse } from '../runtime/status-error.js';
import type { ApplicationState } from './application-state.js';
import type { CardOs } from './card-os.js';
import { TransparentFile } from './file-system.js';

type Commands = typeof PATIENT_APPLICATION.commands;

/** File control parameters (ISO/IEC 7816-4:2020, table 11): size, descriptor, identifiers, life cycle. */
function fileControlParameters(file: FileSpec, contentLength: number): Uint8Array {
  const descriptor = { transparent: 0x01, 'linear-fixed': 0x02, cyclic: 0x06 }[file.structure];
  const parts = [
    encodeTlv(0x80, uintToBytes(contentLength, 2)),
    file.structure === 'transparent'
      ? encodeTlv(0x82, Uint8Array.of(descriptor))
      : encodeTlv(0x82, Uint8Array.of(descriptor, 0x21, file.size >> 8, file.size & 0xff, file.records)),
    encodeTlv(0x83, uintToBytes(file.fid, 2)),
    encodeTlv(0x88, Uint8Array.of(file.sfi << 3)),
    encodeTlv(0x8a, Uint8Array.of(0x05)),
  ];
  return concatBytes(...parts);
}

export function interindustryHandlers(os: CardOs, state: ApplicationState) {
  /** The file that a short identifier or the selection names, readable now. */
  const readable = (file: FileSpec | undefined): FileSpec => {
    if (!file) return refuse(SW.fileNotFound);
    if (!os.security.satisfies(file.read, state.lifeCycle)) refuse(SW.securityStatusNotSatisfied);
    return file;
  };
  const bySfiOrCurrent = (sfi: number): FileSpec => {
    if (sfi !== 0) {
      const file = readable(findFileBySfi(state.spec, sfi));
      state.currentFile.value = file.fid;
      return file;
    }
    if (state.currentFile.value === 0) return refuse(SW.noCurrentFile);
    return readable(findFileByFid(state.spec, state.currentFile.value));
  };

  return {
    /** SELECT of a file; applications are selected by the command processor. */
    select({ p2, data }: RequestOf<Commands['select']>) {
      const file = data.length === 2 ? findFileByFid(state.spec, bytesToUint(data)) : undefined;
      if (!file) return refuse(SW.fileNotFound);
      state.currentFile.value = file.fid;
      if (p2 === 'nothing') return new Uint8Array(0);
      const stored = os.files.find(file.fid)!;
      const length = stored instanceof TransparentFile ? stored.content.length : file.size * file.records;
      return encodeTlv(p2 === 'FCI' ? 0x6f : 0x62, fileControlParameters(file, length));
    },

    readBinary({ p1, p2 }: RequestOf<Commands['readBinary']>) {
      const bySfi = p1 >= 0x80;
      const file = bySfiOrCurrent(bySfi ? p1 & 0x1f : 0);
      const { content } = os.files.transparent(file);
      const offset = bySfi ? p2 : (p1 << 8) | p2;
      if (offset > content.length) refuse(SW.wrongParameters);
      return content.slice(offset, content.length - offset);
    },

    readRecord({ p1, p2 }: RequestOf<Commands['readRecord']>) {
      const record = os.files.records(bySfiOrCurrent(p2)).record(p1);
      if (!record) return refuse(SW.recordNotFound);
      return record.read();
    },

    verify({ data }: RequestOf<Commands['verify']>) {
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

    changeReferenceData({ data }: RequestOf<Commands['changeReferenceData']>) {
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
