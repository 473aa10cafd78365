/** Group signatures that a card gave out: what was drawn or made ahead for one must never come again. */

import {
  concatBytes,
  decodeTemplate,
  PROFESSIONAL_APPLICATION,
  parseResponseApdu,
  type ResponseApdu,
  SW,
  toHex,
} from '../../apdu/index.js';
import { type RecordedCommand, type RecordedRun, specOf } from './recorded-run.js';

const { computeSignature } = PROFESSIONAL_APPLICATION.commands;
/** The first bytes of the randomised credential: equal only if its randomness is, be it drawn or from a coupon. */
const RANDOMISED_BYTES = 32;
/** How many further signatures are asked for after the cut. */
export const SIGNATURES_AFTERWARDS = 2;

/** Whether a recorded command is one for a group signature. */
export const isGroupSignature = ({ holder, spec }: RecordedCommand): boolean =>
  specOf(holder) === PROFESSIONAL_APPLICATION && spec?.id === computeSignature.id;

/** What marks the randomness of a signature, or `undefined` for another answer. */
export function randomnessOf({ data, sw }: ResponseApdu): string | undefined {
  if (sw !== SW.ok.sw) return undefined;
  const { groupSignature } = decodeTemplate(computeSignature.response.template, data);
  return toHex(groupSignature.subarray(0, RANDOMISED_BYTES));
}

/** Of the signatures that this card gave out before a recorded command. */
export function randomnessBefore(run: RecordedRun, command: RecordedCommand): string[] {
  const earlier = run.commands[command.holder].slice(0, command.index);
  return earlier.flatMap((one, i) => {
    if (!isGroupSignature(one) || one.chained) return [];
    const parts = [parseResponseApdu(one.response)!];
    for (const { spec, response } of earlier.slice(i + 1)) {
      if (spec?.id !== 'getResponse') break;
      parts.push(parseResponseApdu(response)!);
    }
    const answer = { data: concatBytes(...parts.map(({ data }) => data)), sw: parts.at(-1)!.sw };
    return randomnessOf(answer) ?? [];
  });
}
