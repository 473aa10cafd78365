/** INITIALIZE UPDATE and EXTERNAL AUTHENTICATE of SCP03 (GlobalPlatform Card Specification, Amendment D v1.1.2, 7.1). */

import {
  type ApplicationSpec,
  bytesToUint,
  concatBytes,
  encodeInitializeUpdateAnswer,
  fromHex,
  hasPseudoRandomChallenge,
  offersLevel,
  type PATIENT_APPLICATION,
  type RequestOf,
  SCP03_CONSTANT,
  SCP03_KEY_BYTES,
  SCP03_LEVELS,
  SCP03_SEQUENCE_BYTES,
  SCP03_SHORT_BYTES,
  SW,
  scp03DerivationInput,
  uintToBytes,
} from '../../apdu/index.js';
import { refuse } from '../runtime/status-error.js';
import type { CardOs } from './card-os.js';

type Commands = typeof PATIENT_APPLICATION.commands;

const LAST_SEQUENCE = bytesToUint(new Uint8Array(SCP03_SEQUENCE_BYTES).fill(0xff));

export function scp03Handlers(os: CardOs, application: ApplicationSpec) {
  const { coprocessor, transportKeys, secureChannel } = os;
  const derive = (key: Uint8Array, constant: number, length: number, context: Uint8Array): Uint8Array =>
    coprocessor.aes128Cmac(key, scp03DerivationInput(constant, length, context)).slice(0, length);

  return {
    initializeUpdate({ p1, data: hostChallenge }: RequestOf<Commands['initializeUpdate']>) {
      secureChannel.close();
      const keyVersion = transportKeys.keyVersion.value;
      if (keyVersion === 0 || (p1 !== 0 && p1 !== keyVersion)) refuse(SW.referenceDataNotFound);
      const before = transportKeys.sequenceCounter.value;
      if (before === LAST_SEQUENCE) refuse(SW.conditionsNotSatisfied);
      // Counted before it is used, so that no cut of the power brings a challenge back.
      transportKeys.sequenceCounter.value = before + 1;
      const options = transportKeys.options.value;
      const counted = hasPseudoRandomChallenge(options);
      const encryption = transportKeys.encryption.read();
      const mac = transportKeys.mac.read();
      const cardChallenge = counted
        ? derive(
            encryption,
            SCP03_CONSTANT.cardChallenge,
            SCP03_SHORT_BYTES,
            concatBytes(uintToBytes(before + 1, SCP03_SEQUENCE_BYTES), fromHex(application.aid)),
          )
        : coprocessor.random(SCP03_SHORT_BYTES);
      const context = concatBytes(hostChallenge, cardChallenge);
      const encryptionKey = derive(encryption, SCP03_CONSTANT.encryptionKey, SCP03_KEY_BYTES, context);
      const macKey = derive(mac, SCP03_CONSTANT.macKey, SCP03_KEY_BYTES, context);
      const responseMacKey = derive(mac, SCP03_CONSTANT.responseMacKey, SCP03_KEY_BYTES, context);
      const cardCryptogram = derive(macKey, SCP03_CONSTANT.cardCryptogram, SCP03_SHORT_BYTES, context);
      const hostCryptogram = derive(macKey, SCP03_CONSTANT.hostCryptogram, SCP03_SHORT_BYTES, context);
      secureChannel.begin({ encryptionKey, macKey, responseMacKey, hostCryptogram });
      for (const secret of [encryption, mac, encryptionKey, macKey, responseMacKey, hostCryptogram]) {
        secret.fill(0);
      }
      return encodeInitializeUpdateAnswer({
        diversificationData: transportKeys.diversificationData.read(),
        keyVersion,
        options,
        cardChallenge,
        cardCryptogram,
        sequenceCounter: counted ? before + 1 : undefined,
      });
    },

    openSecureChannel({ p1, data: hostCryptogram }: RequestOf<Commands['openSecureChannel']>) {
      const level = SCP03_LEVELS[p1];
      if (!offersLevel(transportKeys.options.value, level)) {
        secureChannel.close();
        refuse(SW.incorrectP1P2);
      }
      secureChannel.open(hostCryptogram, level);
      return undefined;
    },
  };
}
