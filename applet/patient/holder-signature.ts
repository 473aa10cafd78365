/** What the holder's key signs: registration (eq. 1), the visit request, sealed to NHI (eq. 6), consent to a claim (eq. 12). */

import {
  decodePatientCertificate,
  encodeHpkeInfo,
  encodeTemplate,
  NHI_NAME,
  PATIENT_APPLICATION,
  type RequestOf,
  STATEMENT,
  SW,
  utf8ToBytes,
  VISIT_REQUEST_MESSAGE,
} from '../../apdu/index.js';
import { sealEnvelope } from '../crypto/index.js';
import type { ApplicationState } from '../os/application-state.js';
import type { CardOs } from '../os/card-os.js';
import { parseOrRefuse } from '../os/statement-input.js';
import { signStatement } from '../os/statement-signature.js';
import { refuse } from '../runtime/status-error.js';
import { patientFiles } from './patient-files.js';
import type { PatientMemory } from './patient-memory.js';

type Commands = typeof PATIENT_APPLICATION.commands;

const { algorithms } = PATIENT_APPLICATION;
const MESSAGE_ID_BYTES = 16;

export function holderSignatureHandlers(os: CardOs, state: ApplicationState, memory: PatientMemory) {
  const { coprocessor, ram } = os;
  const { signing, decryption, delegation } = memory.keys;
  const files = patientFiles(os);

  return {
    computeSignature({ data }: RequestOf<Commands['computeSignature']>) {
      const { reference } = state.permittedAlgorithm();
      if (reference === algorithms.claimConsent.reference) {
        const consent = parseOrRefuse(algorithms.claimConsent.input, data);
        const fields = encodeTemplate(STATEMENT.claimConsent.fields, consent);
        return {
          signature: signStatement(coprocessor, signing.secret.read(), STATEMENT.claimConsent, fields),
        };
      }
      if (reference !== algorithms.registration.reference) refuse(SW.conditionsNotSatisfied);
      const { nonce, messageId } = parseOrRefuse(algorithms.registration.input, data);
      const incomplete = [signing, decryption, delegation].some((pair) => pair.secret.isEmpty);
      if (incomplete) refuse(SW.conditionsNotSatisfied);
      const fields = encodeTemplate(STATEMENT.registration.fields, {
        nonce,
        messageId,
        signingKey: signing.public.read(),
        decryptionKey: decryption.public.read(),
        delegationKey: delegation.public.read(),
      });
      const signature = signStatement(coprocessor, signing.secret.read(), STATEMENT.registration, fields);
      return { signature };
    },

    encipher({ data }: RequestOf<Commands['encipher']>) {
      if (state.permittedAlgorithm().reference !== algorithms.visitRequest.reference) {
        refuse(SW.conditionsNotSatisfied);
      }
      const input = parseOrRefuse(algorithms.visitRequest.input, data);
      const messageId = coprocessor.random(MESSAGE_ID_BYTES);
      const request = { ...input, messageId };
      const fields = encodeTemplate(STATEMENT.visitRequest.fields, request);
      const signature = signStatement(coprocessor, signing.secret.read(), STATEMENT.visitRequest, fields);
      const certificate = decodePatientCertificate(files.certificate.content.read());
      const plaintext = ram.keep(encodeTemplate(VISIT_REQUEST_MESSAGE, { request, signature, certificate }));
      const info = encodeHpkeInfo({
        equation: 6,
        sender: 'patient',
        recipient: utf8ToBytes(NHI_NAME),
        messageId,
      });
      const sealed = sealEnvelope(coprocessor, memory.sealingKey.read(), {
        info,
        aad: new Uint8Array(0),
        plaintext,
      });
      if (!sealed) return refuse(SW.conditionsNotSatisfied);
      return { messageId, envelope: ram.keep(sealed) };
    },
  };
}
