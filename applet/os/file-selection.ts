/** SELECT: moves the channel through the file tree and answers what stands there. */

import {
  fitsSelection,
  fromHex,
  locateFile,
  type PATIENT_APPLICATION,
  type RequestOf,
  SW,
} from '../../apdu/index.js';
import { refuse } from '../runtime/status-error.js';
import type { CardOs } from './card-os.js';
import { directoryParameters, fileControlTemplate, fileParameters } from './file-control.js';

type Select = typeof PATIENT_APPLICATION.commands.select;

const NO_DATA = new Uint8Array(0);

export function fileSelectionHandlers(os: CardOs) {
  const { selection, files } = os;

  return {
    /** The location is found before anything changes, so a refused selection changes nothing (11.2.2). */
    select({ p1, p2, data }: RequestOf<Select>) {
      const next = p2.endsWith('next occurrence');
      if (next && p1 !== 'by application identifier') refuse(SW.incorrectP1P2);
      const name = data ?? NO_DATA;
      if (!fitsSelection(p1, name.length)) refuse(SW.wrongLength);
      const applications = os.applications.present.map(({ spec }) => spec);
      const location = locateFile(applications, selection.directory, p1, name, next);
      if (!location) return refuse(SW.fileNotFound);
      const { directory, file } = location;
      if (!file || directory.fid !== selection.directory.fid) selection.selectDirectory(directory);
      if (file) selection.selectFile(file);
      if (p2.startsWith('nothing')) return NO_DATA;
      if (file)
        return fileControlTemplate(p2.startsWith('FCI'), fileParameters(file, files.contentLength(file)));
      const { selected } = selection;
      if (selected?.spec.selectionAnswer) return fromHex(selected.spec.selectionAnswer);
      return fileControlTemplate(p2.startsWith('FCI'), directoryParameters(directory, selected));
    },
  };
}
