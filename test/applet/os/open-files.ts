/** A patient card with files of every structure that anybody may write in the clear, for tests of the structures. */

import {
  type ApplicationSpec,
  type CommandSpec,
  type FileSpec,
  PATIENT_APPLICATION,
} from '../../../apdu/index.js';
import { type CardKind, PATIENT_CARD } from '../../../applet/index.js';

const OPEN = { read: 'always', update: 'always', append: 'always', sfi: 0, summary: 'For tests.' } as const;

/** Short identifiers 11 to 14. */
export const OPEN_FILES = {
  bytes: { ...OPEN, name: 'EF.Bytes', fid: 0x010b, sfi: 11, structure: 'transparent', size: 300, records: 0 },
  fixed: { ...OPEN, name: 'EF.Fixed', fid: 0x010c, sfi: 12, structure: 'linear-fixed', size: 8, records: 3 },
  variable: {
    ...OPEN,
    name: 'EF.Variable',
    fid: 0x010d,
    sfi: 13,
    structure: 'linear-variable',
    size: 40,
    records: 6,
    capacity: 100,
  },
  cyclic: { ...OPEN, name: 'EF.Cyclic', fid: 0x010e, sfi: 14, structure: 'cyclic', size: 8, records: 3 },
} as const satisfies Record<string, FileSpec>;

/** In the clear, and before personalisation as after it. */
const inTheClear = ({ secureMessaging: _, ...command }: CommandSpec): CommandSpec => ({
  ...command,
  states: ['initialisation', 'operational'],
});

const { commands, files } = PATIENT_APPLICATION;
const spec: ApplicationSpec = {
  ...PATIENT_APPLICATION,
  commands: {
    ...commands,
    updateBinary: inTheClear(commands.updateBinary),
    eraseBinary: inTheClear(commands.eraseBinary),
    updateRecord: inTheClear(commands.updateRecord),
    appendRecord: inTheClear(commands.appendRecord),
  },
  files: { ...files, ...OPEN_FILES },
};

export const OPEN_CARD: CardKind = {
  ...PATIENT_CARD,
  spec,
};
