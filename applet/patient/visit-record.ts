/** Writing a visit (eq. 11) and agreeing on the number of its prescription (eq. 10). */

import {
  concatBytes,
  DIAGNOSIS_RECORD,
  encodeTemplate,
  equalBytes,
  hashInput,
  LOG_RECORD,
  type PATIENT_APPLICATION,
  PRESCRIPTION_COMMITMENT_DOMAIN,
  PRESCRIPTION_ID_BYTES,
  PRESCRIPTION_NUMBER_DOMAIN,
  PRESCRIPTION_RECORD,
  PRESCRIPTION_STATE,
  type RequestOf,
  SW,
} from '../../apdu/index.js';
import type { CardOs } from '../os/card-os.js';
import { refuse } from '../runtime/status-error.js';
import { patientFiles } from './patient-files.js';
import type { PatientMemory } from './patient-memory.js';
import { readPrescription } from './prescription-store.js';

type Commands = typeof PATIENT_APPLICATION.commands;
type VisitRequest = RequestOf<Commands['putVisitRecord']>['data'];
type NewPrescription = NonNullable<VisitRequest['prescription']>;

export function visitRecordHandlers(os: CardOs, memory: PatientMemory) {
  const { coprocessor } = os;
  const files = patientFiles(os);

  /** The number that both cards' random halves give, if the doctor card kept its commitment. */
  const agreedNumber = (doctorRandom: Uint8Array): Uint8Array => {
    if (memory.numberOpen.value === 0) refuse(SW.conditionsNotSatisfied);
    const commitment = coprocessor.sha256(hashInput(PRESCRIPTION_COMMITMENT_DOMAIN, [doctorRandom]));
    if (!equalBytes(commitment, memory.commitment.bytes)) refuse(SW.incorrectData);
    const halves = concatBytes(doctorRandom, memory.patientRandom.bytes);
    return coprocessor
      .sha256(hashInput(PRESCRIPTION_NUMBER_DOMAIN, [halves]))
      .slice(0, PRESCRIPTION_ID_BYTES);
  };

  /** A slot that is empty, or whose prescription is used up or past its expiry. */
  const freeSlot = (time: number): number => {
    for (let number = 1; number <= files.prescriptions.spec.records; number++) {
      const stored = readPrescription(files.prescriptions, number);
      if (!stored || stored.state === PRESCRIPTION_STATE.collected || stored.expiry < time) return number;
    }
    return refuse(SW.notEnoughMemory);
  };

  const storePrescription = (
    slot: number,
    prescription: NewPrescription,
    prescriptionId: Uint8Array,
  ): void => {
    files.prescriptions.update(
      slot,
      encodeTemplate(PRESCRIPTION_RECORD, {
        state: PRESCRIPTION_STATE.open,
        remaining: prescription.repeats + 1,
        prescriptionId,
        expiry: prescription.expiry,
        prescription: prescription.prescription,
      }),
    );
    const proof = memory.proofs[slot - 1]!;
    proof.prescriptionHash.write(prescription.prescriptionHash);
    // Without the hash of a request no signature is given again, the one of an agent neither.
    proof.statementHash.write(new Uint8Array(proof.statementHash.length));
    proof.signature.write(new Uint8Array(proof.signature.length));
  };

  return {
    contributeToPrescriptionNumber({ data }: RequestOf<Commands['contributeToPrescriptionNumber']>) {
      memory.commitment.bytes.set(data.commitment);
      memory.patientRandom.bytes.set(coprocessor.random(memory.patientRandom.bytes.length));
      memory.numberOpen.value = 1;
      return { patientRandom: memory.patientRandom.bytes.slice() };
    },

    putVisitRecord({ data }: RequestOf<Commands['putVisitRecord']>) {
      const { time, hospitalId, record, prescription } = data;
      if (prescription && prescription.repeats === 0xff) refuse(SW.incorrectData);
      const prescriptionId = prescription && agreedNumber(prescription.doctorRandom);
      const slot = prescription ? freeSlot(time) : 0;
      os.nvm.atomically(() => {
        files.records.append(encodeTemplate(DIAGNOSIS_RECORD, { time, hospitalId, record }));
        if (prescription && prescriptionId) storePrescription(slot, prescription, prescriptionId);
        files.log.append(encodeTemplate(LOG_RECORD, { time, hospitalId }));
      });
      memory.numberOpen.clear();
      memory.patientRandom.clear();
      return undefined;
    },
  };
}
