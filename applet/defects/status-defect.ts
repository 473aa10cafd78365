/** Defects of status words: the right refusal, the wrong word for it. */

import type { DefectTitle } from '../../apdu/defects/index.js';
import { StatusError } from '../runtime/status-error.js';
import { type CardDefect, inPart } from './card-defect.js';

/** Answers `to` where a good card answers `from`; `ins` limits it to one instruction. */
export function inStatus(title: DefectTitle, from: number, to: number, ins?: number): CardDefect {
  return inPart(
    title,
    'CommandProcessor',
    (CommandProcessor) =>
      class extends CommandProcessor {
        override process(bytes: Uint8Array) {
          const changed = (sw: number) => (sw === from && (ins === undefined || bytes[1] === ins) ? to : sw);
          try {
            const { data, sw } = super.process(bytes);
            return { data, sw: changed(sw) };
          } catch (error) {
            throw error instanceof StatusError ? new StatusError(changed(error.sw)) : error;
          }
        }
      },
  );
}
