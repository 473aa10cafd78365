/** The files of the patient application, and what their records hold. */

import { CHAIN_CERTIFICATE_BYTES } from '../statement/certificate.js';
import { FIELD } from '../statement/fields.js';
import { bytesObject } from '../template.js';
import type { AccessRule, FileSpec } from './specification.js';

const DOCTOR_OR_STAFF = { any: [{ role: 'doctor' }, { role: 'staff' }] } as const satisfies AccessRule;

/** Content of a record of EF.Records. */
export const DIAGNOSIS_RECORD = {
  time: FIELD.time,
  hospitalId: FIELD.hospitalId,
  record: FIELD.record,
} as const;

/** Content of a record of EF.Prescriptions. */
export const PRESCRIPTION_RECORD = {
  state: { tag: 0x80, name: 'state', format: 'uint', min: 1, max: 1 },
  remaining: { tag: 0x81, name: 'collections left', format: 'uint', min: 1, max: 1 },
  prescriptionId: FIELD.prescriptionId,
  expiry: FIELD.expiry,
  prescription: FIELD.prescription,
} as const;

/** Values of `state` in a prescription record. */
export const PRESCRIPTION_STATE = { open: 1, collected: 2 } as const;

/** Content of a record of EF.Log. */
export const LOG_RECORD = { time: FIELD.time, hospitalId: FIELD.hospitalId } as const;

/** Programmes that a card holder takes part in, as an entry of EF.Programmes names them. */
export const PROGRAMME = { children: 1, maternity: 2, catastrophicIllness: 3 } as const;

/** Content of a record of EF.Programmes. */
export const PROGRAMME_RECORD = {
  programme: { tag: 0x80, name: 'programme', format: 'uint', min: 1, max: 1 },
  time: FIELD.time,
  hospitalId: FIELD.hospitalId,
  entry: bytesObject(0x81, 'entry', 1, 64),
} as const;

export const PATIENT_FILES = {
  certificate: {
    name: 'EF.PCert',
    summary:
      'The patient certificate: pseudonym, keys, validity of the insurance. No name, no national identifier.',
    fid: 0x0101,
    sfi: 1,
    structure: 'transparent',
    size: 320,
    records: 0,
    read: { any: [{ pin: 'holder' }, { role: 'doctor' }] },
  },
  records: {
    name: 'EF.Records',
    summary: 'Recent diagnosis records, newest first; the oldest makes way.',
    fid: 0x0102,
    sfi: 2,
    structure: 'cyclic',
    size: 152,
    records: 8,
    read: DOCTOR_OR_STAFF,
    content: DIAGNOSIS_RECORD,
  },
  prescriptions: {
    name: 'EF.Prescriptions',
    summary: 'Prescriptions with their numbers and states.',
    fid: 0x0103,
    sfi: 3,
    structure: 'linear-fixed',
    size: 152,
    records: 4,
    read: { any: [{ role: 'doctor' }, { role: 'pharmacy' }] },
    content: PRESCRIPTION_RECORD,
  },
  emergency: {
    name: 'EF.Emergency',
    summary: 'What an emergency needs: allergies and other lasting facts.',
    fid: 0x0104,
    sfi: 4,
    structure: 'transparent',
    size: 128,
    records: 0,
    read: DOCTOR_OR_STAFF,
    update: { role: 'doctor' },
  },
  log: {
    name: 'EF.Log',
    summary: 'Which hospital wrote when; for the holder alone.',
    fid: 0x0105,
    sfi: 5,
    structure: 'cyclic',
    size: 24,
    records: 16,
    read: { pin: 'holder' },
    content: LOG_RECORD,
  },
  programmes: {
    name: 'EF.Programmes',
    summary:
      "Booklet of the programmes that the holder takes part in: children's check-ups, maternity care, catastrophic illness. Entries are as long as they need to be.",
    fid: 0x0106,
    sfi: 6,
    structure: 'linear-variable',
    size: 96,
    records: 16,
    capacity: 384,
    read: DOCTOR_OR_STAFF,
    update: { role: 'doctor' },
    append: { role: 'doctor' },
    content: PROGRAMME_RECORD,
  },
  authorityCertificate: {
    name: 'EF.CACert',
    summary:
      "The certificate of NHI's CA, under which this card's role certificate stands; shared by all cards issued under it.",
    fid: 0x0110,
    sfi: 16,
    structure: 'transparent',
    size: CHAIN_CERTIFICATE_BYTES,
    records: 0,
    read: 'always',
  },
} as const satisfies Record<string, FileSpec>;
