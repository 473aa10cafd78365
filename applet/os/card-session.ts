/**
 * The session between a professional card and a patient card: a key agreed on by ephemeral
 * Diffie–Hellman under both cards' signatures, and secure messaging with it (ISO/IEC 7816-4:2020,
 * clause 10; MAC only).
 */

import {
  CARD_SESSION_DOMAIN,
  CHECKSUM_BYTES,
  commandMacInput,
  concatBytes,
  equalConstantTime,
  parseProtectedCommandData,
  protectedResponseData,
  protectedResponseObjects,
  responseMacInput,
  SW,
  TlvError,
  utf8ToBytes,
} from '../../apdu/index.js';
import { hkdfExpand, hkdfExtract } from '../crypto/index.js';
import type { MemoryPlan, RamField } from '../runtime/allocation.js';
import type { Coprocessor } from '../runtime/coprocessor.js';
import { refuse } from '../runtime/status-error.js';
import type { SecureMessagingSession } from './card-os.js';

const KEY_BYTES = 16;

/** Both challenges and both ephemeral keys, the patient card's first. */
export type SessionTranscript = {
  readonly holderChallenge: Uint8Array;
  readonly professionalChallenge: Uint8Array;
  readonly holderKey: Uint8Array;
  readonly professionalKey: Uint8Array;
};

export class CardSession implements SecureMessagingSession {
  private readonly active: RamField;
  private readonly key: RamField;
  /** Counts every checksum, command and response alike, so none can be replayed. */
  private readonly counter: RamField;

  constructor(
    memory: MemoryPlan,
    private readonly coprocessor: Coprocessor,
    /** Called when a wrong checksum ends the session. */
    private readonly onEnd: () => void,
  ) {
    this.active = memory.transientField('session: active', 1);
    this.key = memory.transientField('session: key', KEY_BYTES);
    this.counter = memory.transientField('session: send sequence counter', 4);
  }

  get isOpen(): boolean {
    return this.active.value !== 0;
  }

  /** Derives the session key from the shared secret, which is erased. */
  open(sharedSecret: Uint8Array, transcript: SessionTranscript): void {
    const salt = concatBytes(transcript.holderChallenge, transcript.professionalChallenge);
    const info = concatBytes(
      utf8ToBytes(CARD_SESSION_DOMAIN),
      transcript.holderKey,
      transcript.professionalKey,
    );
    const extracted = hkdfExtract(this.coprocessor, salt, sharedSecret);
    const key = hkdfExpand(this.coprocessor, extracted, info, KEY_BYTES);
    this.key.bytes.set(key);
    this.counter.value = 0;
    this.active.value = 1;
    for (const secret of [sharedSecret, extracted, key]) secret.fill(0);
  }

  close(): void {
    this.active.clear();
    this.key.clear();
    this.counter.clear();
  }

  /** Checksum of the next command to the patient card. */
  commandChecksum(header: Uint8Array, objects: Uint8Array): Uint8Array {
    return this.checksum((counter) => commandMacInput(counter, header, objects));
  }

  /** Checksum of the next answer of the patient card. */
  responseChecksum(objects: Uint8Array): Uint8Array {
    return this.checksum((counter) => responseMacInput(counter, objects));
  }

  /** Answers 6988 and ends the session unless `received` is `expected`. */
  assertChecksum(expected: Uint8Array, received: Uint8Array): void {
    if (equalConstantTime(expected, received)) return;
    this.end();
    refuse(SW.secureMessagingIncorrect);
  }

  unwrap(header: Uint8Array, data: Uint8Array): Uint8Array {
    if (!this.isOpen) refuse(SW.secureMessagingMissing);
    const parsed = this.parse(data);
    this.assertChecksum(this.commandChecksum(header, parsed.objects), parsed.checksum);
    return parsed.plain ?? new Uint8Array(0);
  }

  wrap(data: Uint8Array, sw: number): Uint8Array {
    const answer = { plain: data.length > 0 ? data : undefined, sw };
    return protectedResponseData({
      ...answer,
      checksum: this.responseChecksum(protectedResponseObjects(answer)),
    });
  }

  private checksum(input: (counter: number) => Uint8Array): Uint8Array {
    this.counter.value += 1;
    return this.coprocessor.aes128Cmac(this.key.bytes, input(this.counter.value)).slice(0, CHECKSUM_BYTES);
  }

  private parse(data: Uint8Array) {
    try {
      return parseProtectedCommandData(data);
    } catch (error) {
      if (!(error instanceof TlvError)) throw error;
      this.end();
      return refuse(SW.secureMessagingMissing);
    }
  }

  /** Any error of secure messaging ends the session: the other end has counted a checksum that this end has not. */
  private end(): void {
    this.close();
    this.onEnd();
  }
}
