/** What NHI does to a card in use: a new patient certificate (the renewal of eq. 2), tries for a blocked PIN. */

import {
  decodePatientCertificate,
  encodePatientCertificate,
  encodeTemplate,
  equalBytes,
  type PATIENT_APPLICATION,
  PATIENT_CERTIFICATE_BODY,
  type RequestOf,
  STATEMENT,
  SW,
} from '../../apdu/index.js';
import type { ApplicationState } from '../os/application-state.js';
import type { CardOs } from '../os/card-os.js';
import { verifyStatement } from '../os/statement-signature.js';
import { refuse } from '../runtime/status-error.js';
import { patientFiles } from './patient-files.js';
import type { PatientMemory } from './patient-memory.js';

type Commands = typeof PATIENT_APPLICATION.commands;

/** Fields that a renewal leaves as they are: whose card it is, and the keys on it. */
const LASTING = ['pid', 'signingKey', 'decryptionKey', 'delegationKey'] as const;

export function renewalHandlers(os: CardOs, state: ApplicationState, memory: PatientMemory) {
  const { content } = patientFiles(os).certificate;

  return {
    /** The effective date must rise, so that nobody puts an older certificate back. */
    putCertificate({ data }: RequestOf<Commands['putCertificate']>) {
      const { body, signature } = data;
      const current = decodePatientCertificate(content.read()).body;
      const lasting = LASTING.every((field) => equalBytes(body[field], current[field]));
      if (!lasting || body.effectiveDate <= current.effectiveDate) refuse(SW.incorrectData);
      const fields = encodeTemplate(PATIENT_CERTIFICATE_BODY, body);
      const issuerKey = memory.issuerKey.read();
      if (!verifyStatement(os.coprocessor, issuerKey, STATEMENT.patientCertificate, fields, signature)) {
        refuse(SW.incorrectData);
      }
      os.nvm.atomically(() => content.write(encodePatientCertificate(data)));
      return undefined;
    },

    /** The PIN stays the one that only its holder knows. */
    restoreTries(_request: RequestOf<Commands['restoreTries']>) {
      state.pins.holder.restoreTries();
      return undefined;
    },
  };
}
