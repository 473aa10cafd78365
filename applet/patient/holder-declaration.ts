/** What the holder declares for a time when nobody can ask (GET DATA and PUT DATA). */

import {
  DECISION,
  decodeTemplate,
  encodeTemplate,
  HOLDER_DECLARATION,
  type PATIENT_APPLICATION,
  type RequestOf,
  SW,
} from '../../apdu/index.js';
import type { CardOs } from '../os/card-os.js';
import { refuse } from '../runtime/status-error.js';
import type { PatientMemory } from './patient-memory.js';

type Commands = typeof PATIENT_APPLICATION.commands;

const DECISIONS: readonly (number | undefined)[] = [undefined, ...Object.values(DECISION)];

export function holderDeclarationHandlers(os: CardOs, { holderDeclaration }: PatientMemory) {
  return {
    getHolderDeclaration(_request: RequestOf<Commands['getHolderDeclaration']>) {
      if (holderDeclaration.isEmpty) refuse(SW.referenceDataNotFound);
      return decodeTemplate(HOLDER_DECLARATION, holderDeclaration.read());
    },

    putHolderDeclaration({ data }: RequestOf<Commands['putHolderDeclaration']>) {
      const known = [data.organDonation, data.lifeSupport].every((decision) => DECISIONS.includes(decision));
      if (!known) refuse(SW.incorrectData);
      os.nvm.atomically(() => holderDeclaration.write(encodeTemplate(HOLDER_DECLARATION, data)));
      return undefined;
    },
  };
}
