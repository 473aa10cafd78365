/** The doctor card's half of a prescription number (eq. 10): committed to before the patient card answers. */

import {
  concatBytes,
  hashInput,
  PRESCRIPTION_COMMITMENT_DOMAIN,
  PRESCRIPTION_ID_BYTES,
  PRESCRIPTION_NUMBER_DOMAIN,
  type PROFESSIONAL_APPLICATION,
  type RequestOf,
  SW,
} from '../../apdu/index.js';
import type { CardOs } from '../os/card-os.js';
import { refuse } from '../runtime/status-error.js';
import type { ProfessionalMemory } from './professional-memory.js';

type Commands = typeof PROFESSIONAL_APPLICATION.commands;

export function prescriptionNumberHandlers(os: CardOs, memory: ProfessionalMemory) {
  const { coprocessor } = os;

  return {
    commitPrescriptionNumber(_request: RequestOf<Commands['commitPrescriptionNumber']>) {
      memory.doctorRandom.bytes.set(coprocessor.random(memory.doctorRandom.bytes.length));
      memory.commitmentOpen.value = 1;
      const commitment = coprocessor.sha256(
        hashInput(PRESCRIPTION_COMMITMENT_DOMAIN, [memory.doctorRandom.bytes]),
      );
      return { commitment };
    },

    revealPrescriptionNumber({ data }: RequestOf<Commands['revealPrescriptionNumber']>) {
      if (memory.commitmentOpen.value === 0) refuse(SW.conditionsNotSatisfied);
      const doctorRandom = memory.doctorRandom.bytes.slice();
      memory.commitmentOpen.clear();
      memory.doctorRandom.clear();
      const halves = concatBytes(doctorRandom, data.patientRandom);
      const number = coprocessor.sha256(hashInput(PRESCRIPTION_NUMBER_DOMAIN, [halves]));
      return { doctorRandom, prescriptionId: number.slice(0, PRESCRIPTION_ID_BYTES) };
    },
  };
}
