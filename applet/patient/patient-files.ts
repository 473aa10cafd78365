/** The files of the patient application, by name. */

import { PATIENT_APPLICATION } from '../../apdu/index.js';
import type { CardOs } from '../os/card-os.js';

export function patientFiles(os: Pick<CardOs, 'files'>) {
  const { files } = PATIENT_APPLICATION;
  return {
    certificate: os.files.transparent(files.certificate),
    records: os.files.records(files.records),
    prescriptions: os.files.records(files.prescriptions),
    emergency: os.files.transparent(files.emergency),
    authorityCertificate: os.files.transparent(files.authorityCertificate),
    log: os.files.records(files.log),
  };
}
