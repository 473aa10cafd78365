/** The host's end of a secure channel SCP03 (GlobalPlatform Card Specification, Amendment D v1.1.2, 6.2.3 to 6.2.7). */

import { createCipheriv, createDecipheriv } from 'node:crypto';
import {
  type CommandApduFields,
  concatBytes,
  equalConstantTime,
  padBlocks,
  type ResponseApdu,
  SCP03_KEY_BYTES,
  SCP03_LEVEL,
  SCP03_SHORT_BYTES,
  SECURE_CHANNEL_CLASS_BIT,
  scp03CommandMacInput,
  scp03CounterBlock,
  scp03ResponseMacInput,
  splitScp03Data,
  unpadBlocks,
} from '../../apdu/index.js';
import { aesCmac } from '../crypto/aes-cmac.js';
import type { Scp03SessionKeys } from './scp03-keys.js';

const NO_DATA = new Uint8Array(0);

export class Scp03Session {
  private chaining: Uint8Array = new Uint8Array(SCP03_KEY_BYTES);
  private counter = 0;
  private opened = false;

  /** @param level security level that EXTERNAL AUTHENTICATE, the first command, asks for */
  constructor(
    private readonly keys: Scp03SessionKeys,
    readonly level: number,
  ) {}

  /** The protected form of the next command; the first one carries a checksum only. */
  protect(command: CommandApduFields): CommandApduFields {
    const { ins, p1, p2 } = command;
    const cla = command.cla | SECURE_CHANNEL_CLASS_BIT;
    const plain = command.data ?? NO_DATA;
    if (this.opened) this.counter += 1;
    const encrypts = this.opened && plain.length > 0 && this.has(SCP03_LEVEL.commandDecryption);
    const body = encrypts ? this.encrypt(padBlocks(plain)) : plain;
    this.opened = true;
    const input = scp03CommandMacInput(this.chaining, Uint8Array.of(cla, ins, p1, p2), body);
    this.chaining = aesCmac(this.keys.mac, input);
    const data = concatBytes(body, this.chaining.subarray(0, SCP03_SHORT_BYTES));
    return { ...command, cla, data };
  }

  /** The plain data of a successful answer, or `undefined` when its protection is wrong. */
  open({ data, sw }: ResponseApdu): Uint8Array | undefined {
    if (this.counter === 0 || !this.has(SCP03_LEVEL.responseMac)) return data;
    const parts = splitScp03Data(data);
    if (!parts) return undefined;
    const expected = aesCmac(this.keys.responseMac, scp03ResponseMacInput(this.chaining, parts.body, sw));
    if (!equalConstantTime(expected.subarray(0, SCP03_SHORT_BYTES), parts.checksum)) return undefined;
    if (parts.body.length === 0 || !this.has(SCP03_LEVEL.responseEncryption)) return parts.body;
    return parts.body.length % SCP03_KEY_BYTES === 0 ? unpadBlocks(this.decrypt(parts.body)) : undefined;
  }

  private has(bit: number): boolean {
    return (this.level & bit) !== 0;
  }

  private encrypt(padded: Uint8Array): Uint8Array {
    const cipher = createCipheriv('aes-128-cbc', this.keys.encryption, this.initialValue('command'));
    return new Uint8Array(cipher.setAutoPadding(false).update(padded));
  }

  private decrypt(body: Uint8Array): Uint8Array {
    const decipher = createDecipheriv('aes-128-cbc', this.keys.encryption, this.initialValue('response'));
    return new Uint8Array(decipher.setAutoPadding(false).update(body));
  }

  private initialValue(direction: 'command' | 'response'): Uint8Array {
    const cipher = createCipheriv('aes-128-ecb', this.keys.encryption, null).setAutoPadding(false);
    return cipher.update(scp03CounterBlock(this.counter, direction));
  }
}
