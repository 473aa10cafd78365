/** An agent, recorded on two patient cards: delegated, wrong PINs, collecting twice, a slot lost and one removed. */

import { PATIENT_APPLICATION } from '../../apdu/index.js';
import { PATIENT_CARD } from '../../applet/index.js';
import { AGENT_PIN, AGENT_SEED, delegate, enter } from '../support/delegation.js';
import {
  AUTHORITY,
  cardOf,
  PATIENT_AID,
  personalisePatientOver,
  WRONG_PIN,
} from '../support/personalised-card.js';
import { ProfessionalPeer } from '../support/professional-peer.js';
import { seededBytes } from '../support/seeded-random.js';
import { call, selectApplication, statusOf, type Transmit } from '../support/transmit.js';
import { collectInput, storeVisit, VISIT } from '../support/visit.js';
import { RecordedRun, type RunOptions } from './recorded-run.js';

const { commands } = PATIENT_APPLICATION;
const AGENT_REFERENCE = 'agent PIN of slot 1';

export async function recordAgent(seed: number, watch?: RunOptions): Promise<RecordedRun> {
  const { nvm } = cardOf(PATIENT_CARD).image();
  const blank = (card: string) => ({ nvm, random: seededBytes(seed, card) });
  const blanks = { patient: blank('card'), agent: blank("agent's card") };
  const run = new RecordedRun(`an agent collects, seed ${seed}`, blanks, watch);
  const patient: Transmit = (apdu) => run.transmit('patient', apdu);
  const agent: Transmit = (apdu) => run.transmit('agent', apdu);
  personalisePatientOver(run.chips.patient!, patient, commands, { seed });
  personalisePatientOver(run.chips.agent!, agent, commands, { seed: seed + AGENT_SEED });
  selectApplication(patient, PATIENT_AID);
  const doctor = new ProfessionalPeer(AUTHORITY, 'doctor', seed).authenticate(patient);
  const prescription = storeVisit(patient, doctor, { ...VISIT, repeats: 1 });
  delegate(patient, agent);
  const typed = (data: Uint8Array) => statusOf(patient, commands.verify, { p2: AGENT_REFERENCE, data });
  selectApplication(patient, PATIENT_AID);
  typed(WRONG_PIN);
  typed(AGENT_PIN);
  const pharmacy = new ProfessionalPeer(AUTHORITY, 'pharmacy', seed + 1).authenticate(patient);
  for (const nonce of [1, 2]) {
    call(patient, commands.collectAsAgent, { data: collectInput(prescription, nonce) }, pharmacy);
  }
  // the last wrong PIN takes the slot with it
  selectApplication(patient, PATIENT_AID);
  while (typed(WRONG_PIN) !== 0x6a88);
  delegate(patient, agent, { slot: 'slot 2' });
  enter(patient);
  call(patient, commands.removeDelegation, { p2: 'slot 2' });
  selectApplication(patient, PATIENT_AID);
  return run;
}
