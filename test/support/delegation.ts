/** Two personalised patient cards and a delegation between them, as patient, agent and NHI make it. */

import {
  decodePatientCertificate,
  encodeTemplate,
  PATIENT_APPLICATION,
  type RequestOf,
  type SlotName,
  STATEMENT,
  type StoredWarrant,
} from '../../apdu/index.js';
import { AUTHORITY, type PersonalisedPatient, PIN, personalisePatient } from './personalised-card.js';
import { signFields, TODAY } from './test-authority.js';
import { call, selectApplication, type Transmit } from './transmit.js';

const { commands, files, aid } = PATIENT_APPLICATION;

export const AGENT_PIN = Uint8Array.from(Buffer.from('86420975'));
export const AGENT_SEED = 2;

type Terms = Omit<RequestOf<typeof commands.openDelegation>['data'], 'agentCertificate'>;

/** Thirty days from the day of every test; for every prescription. */
export const TERMS: Terms = {
  notBefore: TODAY,
  notAfter: TODAY + 30 * 86_400,
  serial: Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]),
};

/** The agent's own card. */
export function personaliseAgent(): PersonalisedPatient {
  return personalisePatient({ seed: AGENT_SEED });
}

/** Selects the application and verifies the holder PIN. */
export function enter(transmit: Transmit): void {
  selectApplication(transmit, aid);
  call(transmit, commands.verify, { p2: 'holder PIN', data: PIN });
}

/** PCert of a card whose holder PIN is verified. */
export function certificateOf(transmit: Transmit) {
  const content = call(transmit, commands.readBinary, { p1: 0x80 | files.certificate.sfi, p2: 0 });
  return decodePatientCertificate(content);
}

/** NHI's countersignature. */
export function countersign(signed: Omit<StoredWarrant, 'signature'>): Uint8Array {
  const fields = encodeTemplate(STATEMENT.warrantCertificate.fields, signed);
  return signFields(AUTHORITY.signing.secretKey, STATEMENT.warrantCertificate, fields);
}

/** Opens on the patient's card and answers on the agent's; both have their holder PIN verified. */
export function openAndAnswer(patient: Transmit, agent: Transmit, terms: Terms = TERMS) {
  const data = { ...terms, agentCertificate: certificateOf(agent) };
  const opened = call(patient, commands.openDelegation, { data });
  return { ...opened, ...call(agent, commands.answerDelegation, { data: opened }) };
}

/** A whole delegation into a slot, countersigned unless told otherwise; the holder PINs are verified here. */
export function delegate(
  patient: Transmit,
  agent: Transmit,
  options: { readonly slot?: SlotName; readonly terms?: Terms; readonly certify?: boolean } = {},
): StoredWarrant {
  const p2 = options.slot ?? 'slot 1';
  enter(patient);
  enter(agent);
  const made = openAndAnswer(patient, agent, options.terms);
  const { warrant, patientCommitment, agentCommitment, agentHalf } = made;
  const data = { warrant, agentCommitment, agentHalf, agentPin: AGENT_PIN };
  const closed = call(patient, commands.closeDelegation, { p2, data });
  const signed = { warrant, patientCommitment, agentCommitment, ...closed };
  if (options.certify === false) return signed;
  const signature = countersign(signed);
  call(patient, commands.storeWarrantCertificate, { p2, data: { signature } });
  return { ...signed, signature };
}
