/**
 * The issuer's end of a secure channel SCP03 on node:crypto, its formulas written out from
 * GlobalPlatform Card Specification, Amendment D v1.1.2: the oracle for the card's end.
 */

import { createCipheriv, createDecipheriv } from 'node:crypto';
import {
  type CommandApduFields,
  concatBytes,
  equalBytes,
  type ResponseApdu,
  TEST_CARD_BATCH,
  uintToBytes,
} from '../../apdu/index.js';
import { CheckFailure } from '../checks.js';
import { aesCmac } from './aes-cmac.js';

const NO_DATA = new Uint8Array(0);
const CHECKSUM_BYTES = 8;
const C_DECRYPTION = 0x02;
const R_MAC = 0x10;
const R_ENCRYPTION = 0x20;

/** Everything that a card with i = 70, or with i = 00, offers. */
export function fullLevel(options: number): number {
  return 0x03 | ((options & 0x20) >> 1) | ((options & 0x40) >> 1);
}

/** What INITIALIZE UPDATE answers (7.1.1.6). */
export type CardGreeting = {
  readonly diversificationData: Uint8Array;
  readonly keyVersion: number;
  readonly options: number;
  readonly challenge: Uint8Array;
  readonly cryptogram: Uint8Array;
  /** Absent with random challenges. */
  readonly sequenceCounter: number | undefined;
};

/** @throws {CheckFailure} for another form */
export function parseGreeting(data: Uint8Array): CardGreeting {
  const options = data[12] ?? 0;
  const length = (options & 0x10) !== 0 ? 32 : 29;
  if (data.length !== length || data[11] !== 0x03) {
    throw new CheckFailure(`${length} bytes, protocol 03`, `${data.length} bytes, protocol ${data[11]}`);
  }
  const counter = data.subarray(29).reduce((sum, byte) => sum * 256 + byte, 0);
  return {
    diversificationData: data.slice(0, 10),
    keyVersion: data[10]!,
    options,
    challenge: data.slice(13, 21),
    cryptogram: data.slice(21, 29),
    sequenceCounter: length === 32 ? counter : undefined,
  };
}

/** A static key of a card of the test batch (1 ENC, 2 MAC, 3 DEK). */
export function staticKey(identifier: number, diversificationData: Uint8Array): Uint8Array {
  const input = concatBytes(Uint8Array.of(1, 0, 0, 0, identifier, 0), diversificationData);
  return aesCmac(TEST_CARD_BATCH.masterKey, input);
}

/** Data derivation (4.1.5). */
export function derive(key: Uint8Array, constant: number, bytes: number, context: Uint8Array): Uint8Array {
  const fixed = new Uint8Array(16);
  fixed[11] = constant;
  fixed[14] = bytes * 8;
  fixed[15] = 1;
  return aesCmac(key, concatBytes(fixed, context)).subarray(0, bytes);
}

export class SecureChannel {
  private readonly encryptionKey: Uint8Array;
  private readonly macKey: Uint8Array;
  private readonly responseMacKey: Uint8Array;
  private readonly hostCryptogram: Uint8Array;
  private chaining: Uint8Array = new Uint8Array(16);
  private counter = 0;
  private authenticating = true;

  /** @throws {CheckFailure} when the card's cryptogram is wrong (6.2.2.2) */
  constructor(
    hostChallenge: Uint8Array,
    readonly greeting: CardGreeting,
    readonly level: number = fullLevel(greeting.options),
    keys?: { readonly enc: Uint8Array; readonly mac: Uint8Array },
  ) {
    const context = concatBytes(hostChallenge, greeting.challenge);
    const encryption = keys?.enc ?? staticKey(1, greeting.diversificationData);
    const mac = keys?.mac ?? staticKey(2, greeting.diversificationData);
    this.encryptionKey = derive(encryption, 0x04, 16, context);
    this.macKey = derive(mac, 0x06, 16, context);
    this.responseMacKey = derive(mac, 0x07, 16, context);
    this.hostCryptogram = derive(this.macKey, 0x01, 8, context);
    if (!equalBytes(derive(this.macKey, 0x00, 8, context), greeting.cryptogram)) {
      throw new CheckFailure("the card's cryptogram", 'a wrong one');
    }
  }

  /** EXTERNAL AUTHENTICATE; `tamper` changes the cryptogram before the checksum is made. */
  authenticate(tamper: (cryptogram: Uint8Array) => Uint8Array = (bytes) => bytes): CommandApduFields {
    return this.protect({ cla: 0x80, ins: 0x82, p1: this.level, p2: 0, data: tamper(this.hostCryptogram) });
  }

  /** The protected form of a command (6.2.4, 6.2.6); `padded` is encrypted as it is, whatever its padding. */
  protect(command: CommandApduFields, padded?: Uint8Array): CommandApduFields {
    const { ins, p1, p2, data: plain = NO_DATA } = command;
    if (!this.authenticating) this.counter++;
    const encrypts = !this.authenticating && plain.length > 0 && (this.level & C_DECRYPTION) !== 0;
    this.authenticating = false;
    const body = encrypts ? this.encrypt(padded ?? pad(plain)) : plain;
    const length = body.length + CHECKSUM_BYTES;
    const cla = command.cla | 0x04;
    const header = Uint8Array.of(cla & 0xfc, ins, p1, p2);
    const lc = uintToBytes(length, length > 255 ? 3 : 1);
    this.chaining = aesCmac(this.macKey, concatBytes(this.chaining, header, lc, body));
    return { ...command, cla, data: concatBytes(body, this.chaining.subarray(0, CHECKSUM_BYTES)) };
  }

  /** The plain answer (6.2.5, 6.2.7). @throws {CheckFailure} when its protection is wrong */
  open({ data, sw }: ResponseApdu): ResponseApdu {
    if (sw !== 0x9000 || this.counter === 0 || (this.level & R_MAC) === 0) return { data, sw };
    const body = data.subarray(0, Math.max(0, data.length - CHECKSUM_BYTES));
    const input = concatBytes(this.chaining, body, uintToBytes(sw, 2));
    const expected = aesCmac(this.responseMacKey, input).subarray(0, CHECKSUM_BYTES);
    if (!equalBytes(expected, data.subarray(body.length))) {
      throw new CheckFailure('an answer under the right R-MAC', 'a wrong R-MAC');
    }
    const decrypts = body.length > 0 && (this.level & R_ENCRYPTION) !== 0;
    return { data: decrypts ? this.decrypt(body) : body, sw };
  }

  private encrypt(padded: Uint8Array): Uint8Array {
    const cipher = createCipheriv('aes-128-cbc', this.encryptionKey, this.initialValue(0x00));
    return Uint8Array.from(cipher.setAutoPadding(false).update(padded));
  }

  private decrypt(body: Uint8Array): Uint8Array {
    const decipher = createDecipheriv('aes-128-cbc', this.encryptionKey, this.initialValue(0x80));
    const padded = Uint8Array.from(decipher.setAutoPadding(false).update(body));
    const end = padded.lastIndexOf(0x80);
    if (end < 0 || padded.subarray(end + 1).some((byte) => byte !== 0)) {
      throw new CheckFailure('padding 80 00…', 'another');
    }
    return padded.subarray(0, end);
  }

  private initialValue(first: number): Uint8Array {
    const block = uintToBytes(this.counter, 16);
    block[0] = first;
    return createCipheriv('aes-128-ecb', this.encryptionKey, null).setAutoPadding(false).update(block);
  }
}

/** 80 and as many zeros as the block needs. */
function pad(plain: Uint8Array): Uint8Array {
  return concatBytes(plain, Uint8Array.of(0x80), new Uint8Array(15 - (plain.length % 16)));
}
