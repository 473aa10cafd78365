/** Keys of SCP03 on the host: from a batch's master key to a card's keys, and to a session's. */

import {
  concatBytes,
  SCP03_CONSTANT,
  SCP03_KEY_BYTES,
  SCP03_SHORT_BYTES,
  SCP03_STATIC_KEY,
  scp03DerivationInput,
  scp03DiversificationInput,
} from '../../apdu/index.js';
import { aesCmac } from '../crypto/aes-cmac.js';

/** The static keys of one card. */
export type Scp03StaticKeys = {
  readonly encryption: Uint8Array;
  readonly mac: Uint8Array;
  readonly dataEncryption: Uint8Array;
};

/** What both ends of a session derive from the static keys and both challenges. */
export type Scp03SessionKeys = {
  readonly encryption: Uint8Array;
  readonly mac: Uint8Array;
  readonly responseMac: Uint8Array;
  readonly cardCryptogram: Uint8Array;
  readonly hostCryptogram: Uint8Array;
};

/** One static key of a card; it is as long as the master key, of 16 or 32 bytes. */
export function diversifyKey(
  masterKey: Uint8Array,
  keyIdentifier: number,
  diversificationData: Uint8Array,
): Uint8Array {
  const blocks = Array.from({ length: masterKey.length / SCP03_KEY_BYTES }, (_, i) =>
    aesCmac(masterKey, scp03DiversificationInput(keyIdentifier, diversificationData, i + 1)),
  );
  return concatBytes(...blocks);
}

/** The static keys of the card with this diversification data. */
export function diversifyKeys(masterKey: Uint8Array, diversificationData: Uint8Array): Scp03StaticKeys {
  const key = (identifier: number) => diversifyKey(masterKey, identifier, diversificationData);
  return {
    encryption: key(SCP03_STATIC_KEY.encryption),
    mac: key(SCP03_STATIC_KEY.mac),
    dataEncryption: key(SCP03_STATIC_KEY.dataEncryption),
  };
}

/** Session keys and cryptograms (Amendment D v1.1.2, 6.2.1 and 6.2.2). */
export function deriveSessionKeys(
  keys: Pick<Scp03StaticKeys, 'encryption' | 'mac'>,
  hostChallenge: Uint8Array,
  cardChallenge: Uint8Array,
): Scp03SessionKeys {
  const context = concatBytes(hostChallenge, cardChallenge);
  const derive = (key: Uint8Array, constant: number, length: number) =>
    aesCmac(key, scp03DerivationInput(constant, length, context)).slice(0, length);
  const mac = derive(keys.mac, SCP03_CONSTANT.macKey, SCP03_KEY_BYTES);
  return {
    encryption: derive(keys.encryption, SCP03_CONSTANT.encryptionKey, SCP03_KEY_BYTES),
    mac,
    responseMac: derive(keys.mac, SCP03_CONSTANT.responseMacKey, SCP03_KEY_BYTES),
    cardCryptogram: derive(mac, SCP03_CONSTANT.cardCryptogram, SCP03_SHORT_BYTES),
    hostCryptogram: derive(mac, SCP03_CONSTANT.hostCryptogram, SCP03_SHORT_BYTES),
  };
}
