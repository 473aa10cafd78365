/** Secure messaging from the other end: the session key by HKDF and AES-CMAC of node:crypto. */

import {
  CARD_SESSION_DOMAIN,
  CHECKSUM_BYTES,
  type CommandApduFields,
  type CommandSpec,
  commandMacInput,
  concatBytes,
  encodeRequest,
  equalBytes,
  parseProtectedResponse,
  protectedCommandData,
  protectedCommandObjects,
  type RequestOf,
  type ResponseApdu,
  responseMacInput,
  SECURE_MESSAGING_CLASS_BITS,
  utf8ToBytes,
} from '../../apdu/index.js';
import { CheckFailure, checkStatus } from '../checks.js';
import type { TestCard } from '../test-card.js';
import { aesCmac } from './aes-cmac.js';
import { hkdfExpand, hkdfExtract } from './hpke.js';

/** Both challenges and both ephemeral public keys. */
export type SessionInputs = {
  readonly shared: Uint8Array;
  readonly holderChallenge: Uint8Array;
  readonly professionalChallenge: Uint8Array;
  readonly holderKey: Uint8Array;
  readonly professionalKey: Uint8Array;
};

export class CardSession {
  private readonly key: Uint8Array;
  private counter = 0;

  constructor(inputs: SessionInputs) {
    const salt = concatBytes(inputs.holderChallenge, inputs.professionalChallenge);
    const info = concatBytes(utf8ToBytes(CARD_SESSION_DOMAIN), inputs.holderKey, inputs.professionalKey);
    this.key = hkdfExpand(hkdfExtract(salt, inputs.shared), info, 16);
  }

  /** Counts one checksum without sending it: what a card that keeps count must notice. */
  skip(): void {
    this.counter++;
  }

  /** Checksum of the next command. */
  commandChecksum(header: Uint8Array, objects: Uint8Array): Uint8Array {
    return this.checksum(commandMacInput(++this.counter, header, objects));
  }

  /** Checksum of the next answer. */
  responseChecksum(objects: Uint8Array): Uint8Array {
    return this.checksum(responseMacInput(++this.counter, objects));
  }

  /** The protected form of a declared command; `tamper` changes the finished data field. */
  protect<const C extends CommandSpec>(
    spec: C,
    request: RequestOf<C>,
    tamper: (data: Uint8Array) => Uint8Array = (data) => data,
  ): CommandApduFields {
    const { cla, ins, p1, p2, data: plain } = encodeRequest(spec, request);
    const header = Uint8Array.of(cla | SECURE_MESSAGING_CLASS_BITS, ins, p1, p2);
    const objects = protectedCommandObjects({ plain });
    const checksum = this.commandChecksum(header, objects);
    const data = tamper(protectedCommandData({ plain, checksum }));
    return { cla: header[0]!, ins, p1, p2, data, le: 256 };
  }

  /** The status word inside a protected answer. @throws {CheckFailure} when its checksum is wrong. */
  unprotect(response: ResponseApdu): number {
    const { objects, checksum, sw } = parseProtectedResponse(response.data);
    if (!equalBytes(this.responseChecksum(objects), checksum)) {
      throw new CheckFailure('a response under the right checksum', 'a wrong checksum');
    }
    return sw;
  }

  /** Sends a protected command; passes when both status words, outside and inside, are 9000. */
  async expectOk<const C extends CommandSpec>(card: TestCard, spec: C, request: RequestOf<C>): Promise<void> {
    const response = checkStatus(await card.transmit(this.protect(spec, request)), 0x9000);
    checkStatus({ data: new Uint8Array(0), sw: this.unprotect(response) }, 0x9000);
  }

  /**
   * Sends a protected command; the status word of its refusal, inside the protection or, as 10.3
   * permits for errors, without it.
   */
  async refusalOf<const C extends CommandSpec>(
    card: TestCard,
    spec: C,
    request: RequestOf<C>,
  ): Promise<ResponseApdu> {
    const response = await card.transmit(this.protect(spec, request));
    const isProtected = response.sw === 0x9000 && response.data.length > 0;
    return isProtected ? { data: new Uint8Array(0), sw: this.unprotect(response) } : response;
  }

  private checksum(input: Uint8Array): Uint8Array {
    return aesCmac(this.key, input).subarray(0, CHECKSUM_BYTES);
  }
}
