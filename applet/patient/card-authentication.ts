/** The patient card's side of card-to-card authentication: check the other card's role, prove oneself, share a key. */

import { encodeTemplate, type PATIENT_APPLICATION, type RequestOf, STATEMENT, SW } from '../../apdu/index.js';
import type { CardOs } from '../os/card-os.js';
import type { CardSession } from '../os/card-session.js';
import type { CertificateChain } from '../os/certificate-chain.js';
import { signStatement, verifyStatement } from '../os/statement-signature.js';
import { refuse } from '../runtime/status-error.js';
import { patientFiles } from './patient-files.js';
import type { PatientMemory } from './patient-memory.js';

type Commands = typeof PATIENT_APPLICATION.commands;

export function cardAuthenticationHandlers(
  os: CardOs,
  memory: PatientMemory,
  chain: CertificateChain,
  session: CardSession,
) {
  const { coprocessor, security } = os;
  const { authorityCertificate } = patientFiles(os);

  return {
    getChallenge(_request: RequestOf<Commands['getChallenge']>) {
      memory.challenge.bytes.set(coprocessor.random(memory.challenge.bytes.length));
      memory.challengeDrawn.value = 1;
      return memory.challenge.bytes.slice();
    },

    mutualAuthenticate({ data }: RequestOf<Commands['mutualAuthenticate']>) {
      security.revokeRole();
      session.close();
      const { peer } = chain;
      if (memory.challengeDrawn.value === 0 || !peer) return refuse(SW.conditionsNotSatisfied);
      memory.challengeDrawn.clear();
      const proof = encodeTemplate(STATEMENT.professionalProof.fields, {
        challenge: data.challenge,
        answer: memory.challenge.bytes,
        ephemeralKey: data.ephemeralKey,
      });
      if (!verifyStatement(coprocessor, peer.key, STATEMENT.professionalProof, proof, data.signature)) {
        refuse(SW.securityStatusNotSatisfied);
      }
      const ephemeral = coprocessor.p256GenerateKeyPair();
      const shared = coprocessor.p256Ecdh(ephemeral.secretKey, data.ephemeralKey);
      ephemeral.secretKey.fill(0);
      if (!shared) return refuse(SW.incorrectData);
      session.open(shared, {
        holderChallenge: memory.challenge.bytes,
        professionalChallenge: data.challenge,
        holderKey: ephemeral.publicKey,
        professionalKey: data.ephemeralKey,
      });
      const answer = encodeTemplate(STATEMENT.holderProof.fields, {
        challenge: memory.challenge.bytes,
        answer: data.challenge,
        professionalKey: data.ephemeralKey,
        ephemeralKey: ephemeral.publicKey,
      });
      const signature = signStatement(coprocessor, memory.roleKey.read(), STATEMENT.holderProof, answer);
      security.grantRole(peer.role);
      return {
        ephemeralKey: ephemeral.publicKey,
        signature,
        roleCertificate: memory.roleCertificate.read(),
        authorityCertificate: authorityCertificate.content.read(),
      };
    },
  };
}
