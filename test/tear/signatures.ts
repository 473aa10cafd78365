/** Group signatures that a card has given out: no two may have s1 in common, or sk is known to whoever has both. */

import { decodeTemplate, PROFESSIONAL_APPLICATION, parseResponseApdu, toHex } from '../../apdu/index.js';

const { computeSignature } = PROFESSIONAL_APPLICATION.commands;
const SUITE_TAG = computeSignature.response.template.suite.tag;
/** s1 stands first, 48 bytes on BLS12-381. */
const S1_BYTES = 48;

/** s1 of the signature in a response to COMPUTE DIGITAL SIGNATURE; undefined for a refusal. */
export function s1Of(response: Uint8Array): string | undefined {
  const parsed = parseResponseApdu(response);
  if (parsed?.sw !== 0x9000) return undefined;
  // the patient's card answers another signature to the same header
  if (parsed.data[0] !== SUITE_TAG >> 8 || parsed.data[1] !== (SUITE_TAG & 0xff)) return undefined;
  const { groupSignature } = decodeTemplate(computeSignature.response.template, parsed.data);
  return toHex(groupSignature.subarray(0, S1_BYTES));
}

/** Whether a command asks for a group signature. */
export const isSigning = (apdu: Uint8Array): boolean =>
  apdu[0] === computeSignature.cla &&
  apdu[1] === computeSignature.ins &&
  apdu[2] === computeSignature.p1.value;

/** The signatures of one life of a card. */
export class SignaturesSeen {
  private readonly seen = new Set<string>();

  get count(): number {
    return this.seen.size;
  }

  /** Notes an exchange; answers s1 when a signature had it before. */
  repeated(apdu: Uint8Array, response: Uint8Array): string | undefined {
    const s1 = isSigning(apdu) ? s1Of(response) : undefined;
    if (s1 === undefined) return undefined;
    if (this.seen.has(s1)) return s1;
    this.seen.add(s1);
    return undefined;
  }
}
