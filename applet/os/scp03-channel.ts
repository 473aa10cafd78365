/**
 * The card's end of a secure channel SCP03 (GlobalPlatform Card Specification, Amendment D v1.1.2):
 * session keys, chaining value and counter stand in RAM, per logical channel, until the application
 * is selected again. Every error of the channel closes it (5.6).
 */

import {
  equalConstantTime,
  isProtectedStatus,
  padBlocks,
  SCP03_KEY_BYTES,
  SCP03_LEVEL,
  SCP03_SHORT_BYTES,
  type SecureChannelRule,
  SW,
  scp03CommandMacInput,
  scp03CounterBlock,
  scp03ResponseMacInput,
  splitScp03Data,
  unpadBlocks,
} from '../../apdu/index.js';
import type { MemoryPlan, RamField } from '../runtime/allocation.js';
import type { Coprocessor } from '../runtime/coprocessor.js';
import { refuse } from '../runtime/status-error.js';
import { decryptCbc, encryptCbc } from './aes-cbc.js';

/** How far the channel is: closed, after INITIALIZE UPDATE, after EXTERNAL AUTHENTICATE. */
const PHASE = { closed: 0, begun: 1, open: 2 } as const;

/** Keys of one session, and the host cryptogram that opens it. */
export type Scp03Session = {
  readonly encryptionKey: Uint8Array;
  readonly macKey: Uint8Array;
  readonly responseMacKey: Uint8Array;
  readonly hostCryptogram: Uint8Array;
};

export class Scp03Channel {
  protected readonly phase: RamField;
  protected readonly level: RamField;
  protected readonly encryptionKey: RamField;
  protected readonly macKey: RamField;
  protected readonly responseMacKey: RamField;
  protected readonly chaining: RamField;
  protected readonly counter: RamField;
  protected readonly hostCryptogram: RamField;

  constructor(
    memory: MemoryPlan,
    protected readonly coprocessor: Coprocessor,
  ) {
    const field = (name: string, length: number) =>
      memory.transientField(`secure channel: ${name}`, length, 'clear on deselect');
    this.phase = field('phase', 1);
    this.level = field('security level', 1);
    this.encryptionKey = field('S-ENC', SCP03_KEY_BYTES);
    this.macKey = field('S-MAC', SCP03_KEY_BYTES);
    this.responseMacKey = field('S-RMAC', SCP03_KEY_BYTES);
    this.chaining = field('MAC chaining value', SCP03_KEY_BYTES);
    this.counter = field('encryption counter', 4);
    this.hostCryptogram = field('host cryptogram', SCP03_SHORT_BYTES);
  }

  /** After INITIALIZE UPDATE: a session that waits for its host cryptogram; an older one is gone. */
  begin(session: Scp03Session): void {
    this.close();
    this.encryptionKey.bytes.set(session.encryptionKey);
    this.macKey.bytes.set(session.macKey);
    this.responseMacKey.bytes.set(session.responseMacKey);
    this.hostCryptogram.bytes.set(session.hostCryptogram);
    this.phase.value = PHASE.begun;
  }

  /** EXTERNAL AUTHENTICATE, its C-MAC checked: opens at `level`, or answers 6300 and closes. */
  open(hostCryptogram: Uint8Array, level: number): void {
    if (!equalConstantTime(hostCryptogram, this.hostCryptogram.bytes)) {
      this.fail(SW.authenticationFailed);
    }
    this.hostCryptogram.clear();
    this.level.value = level;
    this.phase.value = PHASE.open;
  }

  close(): void {
    for (const field of [
      this.phase,
      this.level,
      this.encryptionKey,
      this.macKey,
      this.responseMacKey,
      this.chaining,
      this.counter,
      this.hostCryptogram,
    ]) {
      field.clear();
    }
  }

  /**
   * Answers unless a command under `rule`, protected or not, may come now: 6985 for EXTERNAL AUTHENTICATE
   * out of turn, 6982 without the protection that the rule demands.
   */
  assertPermits(rule: SecureChannelRule, isProtected: boolean): void {
    if (!isProtected) this.fail(SW.securityStatusNotSatisfied);
    if (rule === 'scp03 authentication') {
      if (this.phase.value !== PHASE.begun) this.fail(SW.conditionsNotSatisfied);
      return;
    }
    const needed =
      rule === 'scp03 C-MAC'
        ? SCP03_LEVEL.commandMac
        : SCP03_LEVEL.commandMac | SCP03_LEVEL.commandDecryption;
    if (this.phase.value !== PHASE.open || (this.level.value & needed) !== needed) {
      this.fail(SW.securityStatusNotSatisfied);
    }
  }

  unwrap(header: Uint8Array, data: Uint8Array): Uint8Array {
    const parts = splitScp03Data(data) ?? this.fail(SW.securityStatusNotSatisfied);
    const { body, checksum } = parts;
    const input = scp03CommandMacInput(this.chaining.bytes, header, body);
    const full = this.coprocessor.aes128Cmac(this.macKey.bytes, input);
    if (!equalConstantTime(full.subarray(0, SCP03_SHORT_BYTES), checksum)) {
      this.fail(SW.securityStatusNotSatisfied);
    }
    this.chaining.bytes.set(full);
    if (this.phase.value === PHASE.begun) return body;
    this.counter.value += 1;
    const encrypted = (this.level.value & SCP03_LEVEL.commandDecryption) !== 0 && body.length > 0;
    return encrypted ? this.decrypt(body) : body;
  }

  /** R-ENCRYPTION and R-MAC where the level has them; errors go unprotected (6.2.5). */
  wrap(data: Uint8Array, sw: number): Uint8Array {
    const { responseMac, responseEncryption } = SCP03_LEVEL;
    if (!isProtectedStatus(sw) || (this.level.value & responseMac) === 0 || this.counter.value === 0)
      return data;
    const encrypts = (this.level.value & responseEncryption) !== 0 && data.length > 0;
    const body = encrypts
      ? encryptCbc(this.coprocessor, this.encryptionKey.bytes, this.initialValue('response'), padBlocks(data))
      : data;
    const input = scp03ResponseMacInput(this.chaining.bytes, body, sw);
    const answer = new Uint8Array(body.length + SCP03_SHORT_BYTES);
    answer.set(body);
    const checksum = this.coprocessor.aes128Cmac(this.responseMacKey.bytes, input);
    answer.set(checksum.subarray(0, SCP03_SHORT_BYTES), body.length);
    return answer;
  }

  protected decrypt(body: Uint8Array): Uint8Array {
    if (body.length % SCP03_KEY_BYTES !== 0) this.fail(SW.securityStatusNotSatisfied);
    const padded = decryptCbc(this.coprocessor, this.encryptionKey.bytes, this.initialValue('command'), body);
    return unpadBlocks(padded) ?? this.fail(SW.securityStatusNotSatisfied);
  }

  protected initialValue(direction: 'command' | 'response'): Uint8Array {
    const block = scp03CounterBlock(this.counter.value, direction);
    return this.coprocessor.aes128EcbEncrypt(this.encryptionKey.bytes, block);
  }

  protected fail(status: (typeof SW)[keyof typeof SW]): never {
    this.close();
    return refuse(status);
  }
}
