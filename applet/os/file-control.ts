/** File control information in the answer to SELECT (ISO/IEC 7816-4:2020, 7.4.3). */

import {
  type ApplicationSpec,
  concatBytes,
  type DirectorySpec,
  encodeTlv,
  type FileSpec,
  fromHex,
  type LifeCycle,
  uintToBytes,
} from '../../apdu/index.js';

const FILE_CONTROL_INFORMATION = 0x6f;
const FILE_CONTROL_PARAMETERS = 0x62;
/** Descriptor bytes (7.4.5, table 12). */
const DESCRIPTOR = {
  transparent: 0x01,
  'linear-fixed': 0x02,
  'linear-variable': 0x04,
  cyclic: 0x06,
} as const;
const DIRECTORY_DESCRIPTOR = 0x38;
const ONE_BYTE_UNITS = 0x01;
/** Life-cycle status bytes (7.4.10, table 14). */
const LIFE_CYCLE_STATUS: Readonly<Record<LifeCycle, number>> = {
  initialisation: 0x03,
  operational: 0x05,
  deactivated: 0x04,
  terminated: 0x0c,
};

/** 6F or 62 around the control parameters. */
export function fileControlTemplate(information: boolean, parameters: Uint8Array): Uint8Array {
  return encodeTlv(information ? FILE_CONTROL_INFORMATION : FILE_CONTROL_PARAMETERS, parameters);
}

/** Parameters of an EF with `contentLength` bytes in it: size, descriptor, identifiers, life cycle. */
export function fileParameters(file: FileSpec, contentLength: number): Uint8Array {
  const descriptor = DESCRIPTOR[file.structure];
  return concatBytes(
    encodeTlv(0x80, uintToBytes(contentLength, 2)),
    file.structure === 'transparent'
      ? encodeTlv(0x82, Uint8Array.of(descriptor))
      : encodeTlv(0x82, Uint8Array.of(descriptor, 0x21, file.size >> 8, file.size & 0xff, file.records)),
    encodeTlv(0x83, uintToBytes(file.fid, 2)),
    encodeTlv(0x88, Uint8Array.of(file.sfi << 3)),
    encodeTlv(0x8a, Uint8Array.of(LIFE_CYCLE_STATUS.operational)),
  );
}

/** Parameters of the master file or of an application's DF: descriptor, identifier, name, life cycle. */
export function directoryParameters(
  directory: DirectorySpec,
  application: { readonly spec: ApplicationSpec; readonly lifeCycle: LifeCycle } | undefined,
): Uint8Array {
  return concatBytes(
    encodeTlv(0x82, Uint8Array.of(DIRECTORY_DESCRIPTOR, ONE_BYTE_UNITS)),
    encodeTlv(0x83, uintToBytes(directory.fid, 2)),
    application ? encodeTlv(0x84, fromHex(application.spec.aid)) : new Uint8Array(0),
    encodeTlv(0x8a, Uint8Array.of(LIFE_CYCLE_STATUS[application?.lifeCycle ?? 'operational'])),
  );
}
