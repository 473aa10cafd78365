/** NHI at a patient card in use, recorded: renewal, tries given back, out of use and back, the end. */

import { decodePatientCertificate, PATIENT_APPLICATION } from '../../apdu/index.js';
import { PATIENT_CARD } from '../../applet/index.js';
import {
  AUTHORITY,
  cardOf,
  PATIENT_AID,
  personalisePatientOver,
  WRONG_PIN,
} from '../support/personalised-card.js';
import { type PeerSession, ProfessionalPeer } from '../support/professional-peer.js';
import { seededBytes } from '../support/seeded-random.js';
import { call, selectApplication, type Transmit } from '../support/transmit.js';
import { verifyPin } from '../support/visit.js';
import { RecordedRun, type RunOptions } from './recorded-run.js';

const { commands } = PATIENT_APPLICATION;
const LATER = 86_400;

export async function recordIssuer(seed: number, watch?: RunOptions): Promise<RecordedRun> {
  const { nvm } = cardOf(PATIENT_CARD).image();
  const blank = { nvm, random: seededBytes(seed, 'card') };
  const run = new RecordedRun(`NHI at a card in use, seed ${seed}`, { patient: blank }, watch);
  const transmit: Transmit = (apdu) => run.transmit('patient', apdu);
  const { renewed } = personalisePatientOver(run.chips.patient!, transmit, commands, { seed });
  const meetNhi = (turn: number): PeerSession => {
    selectApplication(transmit, PATIENT_AID);
    return new ProfessionalPeer(AUTHORITY, 'nhi', seed + turn).authenticate(transmit);
  };
  const later = decodePatientCertificate(renewed(LATER));
  call(transmit, commands.putCertificate, { data: later }, meetNhi(0));
  selectApplication(transmit, PATIENT_AID);
  while (verifyPin(transmit, WRONG_PIN) !== 0x6983);
  const nhi = meetNhi(1);
  call(transmit, commands.restoreTries, { p2: 'holder PIN' }, nhi);
  call(transmit, commands.deactivate, {}, nhi);
  call(transmit, commands.activate, {}, meetNhi(2));
  selectApplication(transmit, PATIENT_AID);
  verifyPin(transmit);
  call(transmit, commands.terminate, {}, meetNhi(3));
  selectApplication(transmit, PATIENT_AID);
  return run;
}
