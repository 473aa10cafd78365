/**
 * The session between a professional card and a patient card: keys agreed on by ephemeral
 * Diffie–Hellman under both cards' signatures, and secure messaging with them (ISO/IEC 7816-4:2020,
 * clause 10). Both cards run it: the patient card takes commands and makes answers, the professional
 * card makes commands and takes answers for its terminal.
 */

import {
  CARD_SESSION_DOMAIN,
  CHECKSUM_BYTES,
  commandMacInput,
  concatBytes,
  counterBlock,
  equalConstantTime,
  leFromBytes,
  padBlocks,
  parseProtectedCommandData,
  parseProtectedResponse,
  protectedCommandData,
  protectedCommandObjects,
  protectedResponseData,
  protectedResponseObjects,
  responseMacInput,
  type StatusWord,
  SW,
  TlvError,
  unpadBlocks,
  utf8ToBytes,
} from '../../apdu/index.js';
import { hkdfExpand, hkdfExtract } from '../crypto/index.js';
import type { MemoryPlan, RamField } from '../runtime/allocation.js';
import type { Coprocessor } from '../runtime/coprocessor.js';
import { refuse } from '../runtime/status-error.js';
import { decryptCbc, encryptCbc } from './aes-cbc.js';
import { orIncorrectData } from './statement-input.js';

const KEY_BYTES = 16;
const NO_DATA = new Uint8Array(0);

/** Both challenges and both ephemeral keys, the patient card's first. */
export type SessionTranscript = {
  readonly holderChallenge: Uint8Array;
  readonly professionalChallenge: Uint8Array;
  readonly holderKey: Uint8Array;
  readonly professionalKey: Uint8Array;
};

export class CardSession {
  protected readonly active: RamField;
  protected readonly encryptionKey: RamField;
  protected readonly macKey: RamField;
  /** Counts every message, commands and responses alike, so none can be replayed. */
  protected readonly counter: RamField;

  constructor(
    memory: MemoryPlan,
    protected readonly coprocessor: Coprocessor,
    /** Called when a fault of a message ends the session. */
    protected readonly onEnd: () => void,
  ) {
    this.active = memory.transientField('session: active', 1);
    this.encryptionKey = memory.transientField('session: encryption key', KEY_BYTES);
    this.macKey = memory.transientField('session: MAC key', KEY_BYTES);
    this.counter = memory.transientField('session: send sequence counter', 4);
  }

  get isOpen(): boolean {
    return this.active.value !== 0;
  }

  /** Derives the session keys from the shared secret, which is erased. */
  open(sharedSecret: Uint8Array, transcript: SessionTranscript): void {
    const salt = concatBytes(transcript.holderChallenge, transcript.professionalChallenge);
    const info = concatBytes(
      utf8ToBytes(CARD_SESSION_DOMAIN),
      transcript.holderKey,
      transcript.professionalKey,
    );
    const extracted = hkdfExtract(this.coprocessor, salt, sharedSecret);
    const keys = hkdfExpand(this.coprocessor, extracted, info, 2 * KEY_BYTES);
    this.encryptionKey.bytes.set(keys.subarray(0, KEY_BYTES));
    this.macKey.bytes.set(keys.subarray(KEY_BYTES));
    this.counter.value = 0;
    this.active.value = 1;
    for (const secret of [sharedSecret, extracted, keys]) secret.fill(0);
  }

  close(): void {
    for (const field of [this.active, this.encryptionKey, this.macKey, this.counter]) field.clear();
  }

  /**
   * The plain data and Le of a protected command; the data take the place of their cryptogram. 6982
   * where no session is open, 6987 for other objects than those of secure messaging, 6988 for a wrong
   * checksum or cryptogram; both end the session.
   */
  unwrap(
    header: Uint8Array,
    data: Uint8Array,
  ): { readonly data: Uint8Array; readonly le: number | undefined } {
    if (!this.isOpen) refuse(SW.securityStatusNotSatisfied);
    const { objects, checksum, cryptogram, le } = this.orEnd(() => parseProtectedCommandData(data));
    this.count();
    this.assertChecksum(commandMacInput(this.counter.value, header, objects), checksum);
    return { data: this.decrypt(cryptogram), le };
  }

  /** The protected form of an answer. */
  wrap(data: Uint8Array, sw: number): Uint8Array {
    this.count();
    const answer = { cryptogram: this.encrypt(data), sw };
    const input = responseMacInput(this.counter.value, protectedResponseObjects(answer));
    return protectedResponseData({ ...answer, checksum: this.checksum(input) });
  }

  /** The data field of a command to the patient card; `le` as object 97 has it. */
  protectCommand(header: Uint8Array, plain: Uint8Array, le: Uint8Array | undefined): Uint8Array {
    const wanted = le && orIncorrectData(() => leFromBytes(le));
    this.count();
    const command = { cryptogram: this.encrypt(plain), le: wanted };
    const input = commandMacInput(this.counter.value, header, protectedCommandObjects(command));
    return protectedCommandData({ ...command, checksum: this.checksum(input) });
  }

  /** The plain data and the status of the patient card's answer; otherwise 6988, and the session ends. */
  openResponse(data: Uint8Array): { readonly plain: Uint8Array; readonly status: number } {
    const answer = this.orEnd(() => parseProtectedResponse(data), SW.secureMessagingIncorrect);
    this.count();
    this.assertChecksum(responseMacInput(this.counter.value, answer.objects), answer.checksum);
    return { plain: this.decrypt(answer.cryptogram), status: answer.sw };
  }

  protected count(): void {
    this.counter.value += 1;
  }

  protected checksum(input: Uint8Array): Uint8Array {
    return this.coprocessor.aes128Cmac(this.macKey.bytes, input).slice(0, CHECKSUM_BYTES);
  }

  protected assertChecksum(input: Uint8Array, received: Uint8Array): void {
    if (!equalConstantTime(this.checksum(input), received)) this.end(SW.secureMessagingIncorrect);
  }

  protected encrypt(plain: Uint8Array): Uint8Array | undefined {
    if (plain.length === 0) return undefined;
    return encryptCbc(this.coprocessor, this.encryptionKey.bytes, this.initialValue(), padBlocks(plain));
  }

  /** In place: a plain text needs no more RAM than its cryptogram had. */
  protected decrypt(cryptogram: Uint8Array | undefined): Uint8Array {
    if (!cryptogram) return NO_DATA;
    const padded = decryptCbc(this.coprocessor, this.encryptionKey.bytes, this.initialValue(), cryptogram);
    cryptogram.set(padded);
    padded.fill(0);
    const plain = unpadBlocks(cryptogram);
    return plain && plain.length > 0 ? plain : this.end(SW.secureMessagingIncorrect);
  }

  protected initialValue(): Uint8Array {
    return this.coprocessor.aes128EcbEncrypt(this.encryptionKey.bytes, counterBlock(this.counter.value));
  }

  protected orEnd<T>(parse: () => T, status: StatusWord = SW.secureMessagingMissing): T {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof TlvError)) throw error;
      return this.end(status);
    }
  }

  /** Any fault ends the session: the other end has counted a message that this end has not. */
  protected end(status: StatusWord): never {
    this.close();
    this.onEnd();
    return refuse(status);
  }
}
