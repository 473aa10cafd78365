/** Secure messaging from the other end, on node:crypto: session keys by HKDF, AES-CBC, AES-CMAC, the counter. */

import { createCipheriv, createDecipheriv } from 'node:crypto';
import {
  CARD_SESSION_DOMAIN,
  CHECKSUM_BYTES,
  type CommandApduFields,
  type CommandSpec,
  commandMacInput,
  concatBytes,
  decodeData,
  encodeRequest,
  equalBytes,
  parseProtectedCommandData,
  parseProtectedResponse,
  protectedCommandData,
  protectedCommandObjects,
  protectedResponseData,
  protectedResponseObjects,
  type RequestOf,
  type ResponseApdu,
  type ResponseOf,
  responseMacInput,
  SECURE_MESSAGING_CLASS_BITS,
  SW,
  TlvError,
  uintToBytes,
  utf8ToBytes,
} from '../../apdu/index.js';
import { CheckFailure, checkStatus } from '../checks.js';
import type { TestCard } from '../test-card.js';
import { aesCmac } from './aes-cmac.js';
import { hkdfExpand, hkdfExtract } from './hpke.js';

const BLOCK = 16;
const NO_DATA = new Uint8Array(0);

/** Both challenges and both ephemeral public keys. */
export type SessionInputs = {
  readonly shared: Uint8Array;
  readonly holderChallenge: Uint8Array;
  readonly professionalChallenge: Uint8Array;
  readonly holderKey: Uint8Array;
  readonly professionalKey: Uint8Array;
};

export class CardSession {
  private readonly encryptionKey: Uint8Array;
  private readonly macKey: Uint8Array;
  private counter = 0;

  constructor(inputs: SessionInputs) {
    const salt = concatBytes(inputs.holderChallenge, inputs.professionalChallenge);
    const info = concatBytes(utf8ToBytes(CARD_SESSION_DOMAIN), inputs.holderKey, inputs.professionalKey);
    const keys = hkdfExpand(hkdfExtract(salt, inputs.shared), info, 32);
    this.encryptionKey = keys.slice(0, 16);
    this.macKey = keys.slice(16);
  }

  /** Counts one message without sending it: what a card that keeps count must notice. */
  skip(): void {
    this.counter++;
  }

  /** The data field of the next command. */
  commandData(
    header: Uint8Array,
    plain: Uint8Array,
    le: number | undefined,
    padded = padBlocks(plain),
  ): Uint8Array {
    this.counter++;
    const objects = { cryptogram: plain.length === 0 ? undefined : this.encryptBlocks(padded), le };
    const input = commandMacInput(this.counter, header, protectedCommandObjects(objects));
    return protectedCommandData({ ...objects, checksum: this.checksum(input) });
  }

  /** The protected form of a command; `tamper` changes the finished data field. */
  protectFields(
    { cla, ins, p1, p2, data = NO_DATA, le }: CommandApduFields,
    tamper: (data: Uint8Array) => Uint8Array = (whole) => whole,
  ): CommandApduFields {
    const header = Uint8Array.of(cla | SECURE_MESSAGING_CLASS_BITS, ins, p1, p2);
    return { cla: header[0]!, ins, p1, p2, data: tamper(this.commandData(header, data, le)), le: 256 };
  }

  /** The protected form of a declared command. */
  protect<const C extends CommandSpec>(
    spec: C,
    request: RequestOf<C>,
    tamper?: (data: Uint8Array) => Uint8Array,
  ): CommandApduFields {
    return this.protectFields(encodeRequest(spec, request), tamper);
  }

  /** Data and status word inside a protected answer. @throws {CheckFailure} when its protection is wrong. */
  open(response: ResponseApdu): ResponseApdu {
    try {
      const { objects, checksum, cryptogram, sw } = parseProtectedResponse(response.data);
      this.counter++;
      if (!equalBytes(this.checksum(responseMacInput(this.counter, objects)), checksum)) {
        throw new CheckFailure('a response under the right checksum', 'a wrong checksum');
      }
      return { data: this.decrypt(cryptogram), sw };
    } catch (error) {
      if (!(error instanceof TlvError)) throw error;
      throw new CheckFailure('a protected response', error.message);
    }
  }

  /** The status word inside a protected answer. */
  unprotect(response: ResponseApdu): number {
    return this.open(response).sw;
  }

  /** An answer that was refused in the clear, or what the protection of another holds. */
  openOrRefused(response: ResponseApdu): ResponseApdu {
    return response.sw === SW.ok.sw && response.data.length > 0 ? this.open(response) : response;
  }

  /** Sends a protected command; passes when both status words, outside and inside, are 9000. */
  async expectOk<const C extends CommandSpec>(
    card: TestCard,
    spec: C,
    request: RequestOf<C>,
  ): Promise<ResponseOf<C>> {
    const response = checkStatus(await card.transmit(this.protect(spec, request)), 0x9000);
    const { data } = checkStatus(this.open(response), 0x9000);
    return decodeData(spec.response, data) as ResponseOf<C>;
  }

  /**
   * Sends a protected command; the status word of its refusal, inside the protection or, for what is
   * refused before the protection was looked at, without it.
   */
  async refusalOf<const C extends CommandSpec>(
    card: TestCard,
    spec: C,
    request: RequestOf<C>,
  ): Promise<ResponseApdu> {
    return this.openOrRefused(await card.transmit(this.protect(spec, request)));
  }

  /** Takes a command as the patient card does. @throws {CheckFailure} when its protection is wrong. */
  takeCommand(
    header: Uint8Array,
    data: Uint8Array,
  ): { readonly plain: Uint8Array; readonly le: number | undefined } {
    const { objects, checksum, cryptogram, le } = parseProtectedCommandData(data);
    this.counter++;
    if (!equalBytes(this.checksum(commandMacInput(this.counter, header, objects)), checksum)) {
      throw new CheckFailure('a command under the right checksum', 'a wrong checksum');
    }
    return { plain: this.decrypt(cryptogram), le };
  }

  /** The protected answer that a patient card would give. */
  answerData(plain: Uint8Array, sw: number): Uint8Array {
    this.counter++;
    const objects = { cryptogram: this.encrypt(plain), sw };
    const input = responseMacInput(this.counter, protectedResponseObjects(objects));
    return protectedResponseData({ ...objects, checksum: this.checksum(input) });
  }

  private checksum(input: Uint8Array): Uint8Array {
    return aesCmac(this.macKey, input).subarray(0, CHECKSUM_BYTES);
  }

  private encrypt(plain: Uint8Array): Uint8Array | undefined {
    if (plain.length === 0) return undefined;
    return this.encryptBlocks(padBlocks(plain));
  }

  private encryptBlocks(padded: Uint8Array): Uint8Array {
    const cipher = createCipheriv('aes-128-cbc', this.encryptionKey, this.initialValue());
    return new Uint8Array(cipher.setAutoPadding(false).update(padded));
  }

  private decrypt(cryptogram: Uint8Array | undefined): Uint8Array {
    if (!cryptogram) return NO_DATA;
    const decipher = createDecipheriv('aes-128-cbc', this.encryptionKey, this.initialValue());
    const padded = decipher.setAutoPadding(false).update(cryptogram);
    const end = padded.lastIndexOf(0x80);
    const isPadding = end >= padded.length - BLOCK && padded.subarray(end + 1).every((byte) => byte === 0);
    if (!isPadding) throw new CheckFailure('padding 80 00…', 'a cryptogram that decrypts to something else');
    return new Uint8Array(padded.subarray(0, end));
  }

  private initialValue(): Uint8Array {
    const cipher = createCipheriv('aes-128-ecb', this.encryptionKey, null).setAutoPadding(false);
    return cipher.update(uintToBytes(this.counter, BLOCK));
  }
}

/** Padding method 2 of ISO/IEC 9797-1: 80 and zeros to the end of the block. */
function padBlocks(plain: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((plain.length + 1) / BLOCK) * BLOCK);
  padded.set(plain);
  padded[plain.length] = 0x80;
  return padded;
}
