/**
 * Joining in the mode "issuer-made", the paper's F_GK(MK, ID_D) = K_D to the letter: NHI makes sk and
 * seals it to the card. NHI can then sign as this doctor, so an opening says "the doctor or NHI".
 */

import {
  bytesToUtf8,
  encodeTemplate,
  equalBytes,
  FIELD,
  JOIN_MODE,
  type PROFESSIONAL_APPLICATION,
  type RequestOf,
  SCALAR_BYTES,
  STATEMENT,
  SW,
} from '../../apdu/index.js';
import { groupSchemeOf } from '../crypto/index.js';
import type { CardOs } from '../os/card-os.js';
import { signStatement } from '../os/statement-signature.js';
import { refuse } from '../runtime/status-error.js';
import { checkedCredential, suiteOfOpenJoin, suiteToJoin } from './joining.js';
import type { ProfessionalMemory } from './professional-memory.js';
import { openSealedKeys } from './sealed-keys.js';

type Commands = typeof PROFESSIONAL_APPLICATION.commands;

const NO_KEY = new Uint8Array(0);

export function issuerMadeJoinHandlers(os: CardOs, memory: ProfessionalMemory) {
  const { coprocessor, nvm } = os;
  const { group, keys } = memory;

  return {
    issuerMadeRequest({ data }: RequestOf<Commands['issuerMadeRequest']>) {
      const suite = suiteToJoin(memory, data.suite);
      const { nonce, groupKeyHash } = data;
      nvm.atomically(() => {
        group.suite.value = suite.id;
        group.keyHash.write(groupKeyHash);
        group.nonce.write(nonce);
        group.joinMode.value = JOIN_MODE['issuer-made'];
        // A two-party join that was begun before is given up.
        group.secretKey.write(NO_KEY);
        group.membershipKey.write(NO_KEY);
      });
      const fields = encodeTemplate(STATEMENT.issuerMadeRegistration.fields, {
        doctorId: bytesToUtf8(memory.doctorId.read()),
        nonce,
        groupKeyHash,
        decryptionKey: keys.decryption.public.read(),
      });
      const key = keys.signing.secret.read();
      return { signature: signStatement(coprocessor, key, STATEMENT.issuerMadeRegistration, fields) };
    },

    issuerMadeComplete({ data }: RequestOf<Commands['issuerMadeComplete']>) {
      const suite = suiteOfOpenJoin(memory, 'issuer-made', data);
      const { signature, ...fields } = data;
      const { membershipKey, messageId } = data;
      const sealed = data.sealedHintKey ?? refuse(SW.incorrectData);
      const credential = checkedCredential(os, memory, suite, {
        ...data,
        statement: STATEMENT.issuerMadeCredential,
        fields,
        freshness: data.nonce,
      });
      const hintKeyBytes = groupSchemeOf(suite).usesHintKey ? FIELD.hintKey.max : 0;
      const length = SCALAR_BYTES + hintKeyBytes;
      const both = openSealedKeys(os, memory, { messageId, sealed, length });
      const { curve } = suite;
      const secretKey = both.subarray(0, SCALAR_BYTES);
      const own = coprocessor.g1Multiply(curve.name, curve.g1GeneratorAffine, secretKey);
      const encoded = own && coprocessor.g1Compress(curve.name, own);
      if (!encoded || !equalBytes(encoded, membershipKey)) refuse(SW.incorrectData);
      nvm.atomically(() => {
        group.epoch.value = data.epoch;
        group.secretKey.write(secretKey);
        group.membershipKey.write(membershipKey);
        group.credential.write(credential);
        group.hintKey.write(both.subarray(SCALAR_BYTES));
      });
      both.fill(0);
      return undefined;
    },
  };
}
