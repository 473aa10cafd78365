/** Collecting medicine (eq. 17): the card says yes once for each permitted collection, and says the same again when asked again. */

import {
  decodePatientCertificate,
  encodeTemplate,
  equalBytes,
  type PATIENT_APPLICATION,
  PRESCRIPTION_RECORD,
  PRESCRIPTION_STATE,
  type RequestOf,
  STATEMENT,
  SW,
  signatureInput,
} from '../../apdu/index.js';
import type { CardOs } from '../os/card-os.js';
import { refuse } from '../runtime/status-error.js';
import { patientFiles } from './patient-files.js';
import type { PatientMemory } from './patient-memory.js';
import { findPrescription } from './prescription-store.js';

type Commands = typeof PATIENT_APPLICATION.commands;

export function collectionHandlers(os: CardOs, memory: PatientMemory) {
  const { coprocessor } = os;
  const files = patientFiles(os);

  return {
    collect({ data }: RequestOf<Commands['collect']>) {
      const found = findPrescription(files.prescriptions, data.prescriptionId);
      if (!found) return refuse(SW.referenceDataNotFound);
      const { slot, stored } = found;
      const proof = memory.proofs[slot - 1]!;
      const { pid } = decodePatientCertificate(files.certificate.content.read()).body;
      const statement = encodeTemplate(STATEMENT.collection.fields, {
        ...data,
        pid,
        prescriptionHash: proof.prescriptionHash.read(),
      });
      const digest = coprocessor.sha256(signatureInput(STATEMENT.collection.domain, statement));
      // A reader that lost the answer asks again with the same bytes and must get the same signature.
      if (equalBytes(digest, proof.statementHash.read())) return { signature: proof.signature.read() };
      if (stored.state !== PRESCRIPTION_STATE.open || data.time > stored.expiry)
        refuse(SW.conditionsNotSatisfied);
      const secretKey = memory.keys.signing.secret.read();
      const signature = coprocessor.p256EcdsaSign(secretKey, digest);
      secretKey.fill(0);
      if (!signature) return refuse(SW.referenceDataNotUsable);
      const remaining = stored.remaining - 1;
      // State, counter and signature change together, before the signature leaves the card.
      os.nvm.atomically(() => {
        const state = remaining === 0 ? PRESCRIPTION_STATE.collected : PRESCRIPTION_STATE.open;
        const record = encodeTemplate(PRESCRIPTION_RECORD, { ...stored, state, remaining });
        files.prescriptions.update(slot, record);
        proof.statementHash.write(digest);
        proof.signature.write(signature);
      });
      return { signature };
    },
  };
}
