/**
 * Handlers of the commands to files (ISO/IEC 7816-4:2020, 11.3 and 11.4). The command processor has
 * checked the rule of the file addressed when a handler runs.
 */

import {
  concatBytes,
  decodeTemplate,
  type FileSpec,
  findFileBySfi,
  type PATIENT_APPLICATION,
  type RequestOf,
  SW,
} from '../../apdu/index.js';
import { refuse } from '../runtime/status-error.js';
import type { CardOs } from './card-os.js';
import type { RecordFile } from './record-file.js';
import { orIncorrectData } from './statement-input.js';

type Commands = typeof PATIENT_APPLICATION.commands;

export function fileHandlers(os: CardOs) {
  const { selection, files } = os;
  /** The file that a short identifier names, which becomes the current one, or the one that is current. */
  const addressed = (sfi: number): FileSpec => {
    if (sfi === 0) return selection.file ?? refuse(SW.noCurrentFile);
    const file = findFileBySfi(selection.directory, sfi) ?? refuse(SW.fileNotFound);
    selection.selectFile(file);
    return file;
  };
  /** The file and the offset that P1 and P2 mean (11.3.1). */
  const place = ({ p1, p2 }: { readonly p1: number; readonly p2: number }) =>
    p1 >= 0x80 ? { file: addressed(p1 & 0x1f), offset: p2 } : { file: addressed(0), offset: (p1 << 8) | p2 };
  /** A record number; 0 means the current record. */
  const numbered = (number: number): number => number || selection.record;
  const contentOf = (file: RecordFile, number: number): Uint8Array =>
    file.record(number) ?? refuse(SW.recordNotFound);
  /** 6700 for content longer than a record, 6A80 for content other than what the file declares. */
  const assertContent = ({ size, content }: FileSpec, data: Uint8Array): void => {
    if (data.length > size) refuse(SW.wrongLength);
    if (content) orIncorrectData(() => decodeTemplate(content, data));
  };

  return {
    readBinary(request: RequestOf<Commands['readBinary']>) {
      const { file, offset } = place(request);
      return files.read(file, offset);
    },

    updateBinary(request: RequestOf<Commands['updateBinary']>) {
      const { file, offset } = place(request);
      const { content } = files.transparent(file);
      const { data } = request;
      if (offset > content.length) refuse(SW.wrongParameters);
      if (offset + data.length > content.capacity) refuse(SW.notEnoughMemory);
      os.nvm.atomically(() => content.overwrite(offset, data));
      return undefined;
    },

    eraseBinary(request: RequestOf<Commands['eraseBinary']>) {
      const { file, offset } = place(request);
      const { content } = files.transparent(file);
      if (offset > content.length) refuse(SW.wrongParameters);
      os.nvm.atomically(() => content.truncate(offset));
      return undefined;
    },

    readRecord({ p1, p2 }: RequestOf<Commands['readRecord']>) {
      const file = files.records(addressed(p2));
      return contentOf(file, numbered(p1));
    },

    readRecordInOrder({ p2 }: RequestOf<Commands['readRecordInOrder']>) {
      const file = files.records(addressed(p2.file));
      const current = selection.record;
      const number = {
        first: 1,
        last: file.count,
        next: current + 1,
        previous: current === 0 ? file.count : current - 1,
      }[p2.mode];
      const content = contentOf(file, number);
      selection.record = number;
      return content;
    },

    readRecords({ p1, p2 }: RequestOf<Commands['readRecords']>) {
      const file = files.records(addressed(p2.file));
      const numbers: number[] = [];
      for (let number = p1; number <= file.count; number++) numbers.push(number);
      if (numbers.length === 0) refuse(SW.recordNotFound);
      if (p2.mode === 'from the last to P1') numbers.reverse();
      return concatBytes(...numbers.map((number) => contentOf(file, number)));
    },

    updateRecord({ p1, p2, data }: RequestOf<Commands['updateRecord']>) {
      const file = files.records(addressed(p2));
      const number = numbered(p1);
      contentOf(file, number);
      assertContent(file.spec, data);
      os.nvm.atomically(() => file.update(number, data));
      return undefined;
    },

    appendRecord({ p2, data }: RequestOf<Commands['appendRecord']>) {
      const file = files.records(addressed(p2));
      assertContent(file.spec, data);
      selection.record = os.nvm.atomically(() => file.append(data));
      return undefined;
    },
  };
}
