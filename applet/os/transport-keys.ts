/**
 * Transport keys: the static keys of SCP03 that a card leaves its manufacturer with, and with which
 * its issuer personalises it (GlobalPlatform Card Specification, Amendment D v1.1.2, 6.1). They are
 * erased when personalisation ends.
 */

import {
  SCP03_DIVERSIFICATION_BYTES,
  SCP03_KEY_BYTES,
  SCP03_SEQUENCE_BYTES,
  type Scp03Options,
} from '../../apdu/index.js';
import type { MemoryPlan, NvmField } from '../runtime/allocation.js';

/** What the manufacturer writes; keys have 16 bytes. */
export type TransportKeySet = {
  /** 1 to 127. */
  readonly keyVersion: number;
  /** Implementation "i" of SCP03. */
  readonly options: Scp03Options;
  /** 10 bytes, from which the issuer derives the keys; unique to the card. */
  readonly diversificationData: Uint8Array;
  readonly encryption: Uint8Array;
  readonly mac: Uint8Array;
  /** For keys that are put on a card under this one; no command here uses it. */
  readonly dataEncryption: Uint8Array;
};

export class TransportKeys {
  /** 0: there are no keys. */
  readonly keyVersion: NvmField;
  readonly options: NvmField;
  readonly diversificationData: NvmField;
  readonly encryption: NvmField;
  readonly mac: NvmField;
  protected readonly dataEncryption: NvmField;
  readonly sequenceCounter: NvmField;

  constructor(memory: MemoryPlan) {
    this.keyVersion = memory.field('transport keys: version', 1);
    this.options = memory.field('transport keys: SCP03 options', 1);
    this.diversificationData = memory.field(
      'transport keys: diversification data',
      SCP03_DIVERSIFICATION_BYTES,
    );
    this.encryption = memory.field('transport keys: ENC', SCP03_KEY_BYTES);
    this.mac = memory.field('transport keys: MAC', SCP03_KEY_BYTES);
    this.dataEncryption = memory.field('transport keys: DEK', SCP03_KEY_BYTES);
    this.sequenceCounter = memory.field('transport keys: sequence counter', SCP03_SEQUENCE_BYTES);
  }

  get isPresent(): boolean {
    return this.keyVersion.value !== 0;
  }

  /** The version comes last: until then the card has no keys. */
  write(keys: TransportKeySet): void {
    this.options.value = keys.options;
    this.diversificationData.write(keys.diversificationData);
    this.encryption.write(keys.encryption);
    this.mac.write(keys.mac);
    this.dataEncryption.write(keys.dataEncryption);
    this.keyVersion.value = keys.keyVersion;
  }

  /** Belongs into the transaction that ends personalisation. */
  erase(): void {
    for (const key of [this.encryption, this.mac, this.dataEncryption]) {
      key.write(new Uint8Array(SCP03_KEY_BYTES));
    }
    this.keyVersion.value = 0;
  }
}
