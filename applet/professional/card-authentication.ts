/** The professional card's side of card-to-card authentication, and secure messaging for the terminal. */

import {
  encodeTemplate,
  type PROFESSIONAL_APPLICATION,
  type RequestOf,
  STATEMENT,
  SW,
} from '../../apdu/index.js';
import type { CardOs } from '../os/card-os.js';
import type { CardSession } from '../os/card-session.js';
import type { CertificateChain } from '../os/certificate-chain.js';
import { signStatement, verifyStatement } from '../os/statement-signature.js';
import { refuse } from '../runtime/status-error.js';
import type { ProfessionalMemory } from './professional-memory.js';

type Commands = typeof PROFESSIONAL_APPLICATION.commands;

const NO_DATA = new Uint8Array(0);

export function cardAuthenticationHandlers(
  os: CardOs,
  memory: ProfessionalMemory,
  chain: CertificateChain,
  session: CardSession,
) {
  const { coprocessor } = os;

  const forget = (): void => {
    memory.ephemeralSecret.clear();
    memory.authenticating.clear();
  };

  return {
    internalAuthenticate({ data }: RequestOf<Commands['internalAuthenticate']>) {
      session.close();
      const ephemeral = coprocessor.p256GenerateKeyPair();
      memory.ephemeralSecret.bytes.set(ephemeral.secretKey);
      ephemeral.secretKey.fill(0);
      memory.ephemeralPublic.bytes.set(ephemeral.publicKey);
      memory.ownChallenge.bytes.set(coprocessor.random(memory.ownChallenge.bytes.length));
      memory.holderChallenge.bytes.set(data.answer);
      memory.authenticating.value = 1;
      const challenge = memory.ownChallenge.bytes.slice();
      const proof = encodeTemplate(STATEMENT.professionalProof.fields, {
        challenge,
        answer: data.answer,
        ephemeralKey: ephemeral.publicKey,
      });
      const signature = signStatement(coprocessor, memory.roleKey.read(), STATEMENT.professionalProof, proof);
      return { challenge, ephemeralKey: ephemeral.publicKey, signature };
    },

    externalAuthenticate({ data }: RequestOf<Commands['externalAuthenticate']>) {
      const { peer } = chain;
      if (memory.authenticating.value === 0 || !peer) return refuse(SW.conditionsNotSatisfied);
      const ephemeralSecret = memory.ephemeralSecret.bytes.slice();
      forget();
      const proof = encodeTemplate(STATEMENT.holderProof.fields, {
        challenge: memory.holderChallenge.bytes,
        answer: memory.ownChallenge.bytes,
        professionalKey: memory.ephemeralPublic.bytes,
        ephemeralKey: data.ephemeralKey,
      });
      if (!verifyStatement(coprocessor, peer.key, STATEMENT.holderProof, proof, data.signature)) {
        refuse(SW.securityStatusNotSatisfied);
      }
      const shared = coprocessor.p256Ecdh(ephemeralSecret, data.ephemeralKey);
      ephemeralSecret.fill(0);
      if (!shared) return refuse(SW.securityStatusNotSatisfied);
      session.open(shared, {
        holderChallenge: memory.holderChallenge.bytes,
        professionalChallenge: memory.ownChallenge.bytes,
        holderKey: data.ephemeralKey,
        professionalKey: memory.ephemeralPublic.bytes,
      });
      return undefined;
    },

    protectCommand({ data }: RequestOf<Commands['protectCommand']>) {
      if (!session.isOpen) refuse(SW.conditionsNotSatisfied);
      return os.ram.keep(session.protectCommand(data.header, data.plain ?? NO_DATA, data.le));
    },

    openResponse({ data }: RequestOf<Commands['openResponse']>) {
      if (!session.isOpen) refuse(SW.conditionsNotSatisfied);
      const { plain, status } = session.openResponse(data);
      return plain.length > 0 ? { plain, status } : { status };
    },
  };
}
