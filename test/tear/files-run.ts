/** What a doctor and the holder write beside a visit, recorded: emergency data, the programme booklet, the holder's declaration. */

import {
  type CommandSpec,
  DECISION,
  encodeTemplate,
  PATIENT_APPLICATION,
  PROGRAMME,
  PROGRAMME_RECORD,
  type RequestOf,
} from '../../apdu/index.js';
import { PATIENT_CARD } from '../../applet/index.js';
import { AUTHORITY, cardOf, PATIENT_AID, personalisePatientOver } from '../support/personalised-card.js';
import { ProfessionalPeer } from '../support/professional-peer.js';
import { seededBytes } from '../support/seeded-random.js';
import { TODAY } from '../support/test-authority.js';
import { call, selectApplication, statusOf, type Transmit } from '../support/transmit.js';
import { verifyPin } from '../support/visit.js';
import { RecordedRun, type RunOptions } from './recorded-run.js';

const { commands, files } = PATIENT_APPLICATION;
const EMERGENCY = { p1: 0x80 | files.emergency.sfi, p2: 0 };
const BOOKLET = files.programmes.sfi;

function entry(text: string): Uint8Array {
  return encodeTemplate(PROGRAMME_RECORD, {
    programme: PROGRAMME.children,
    time: TODAY,
    hospitalId: 'H-0042',
    entry: Uint8Array.from(Buffer.from(text)),
  });
}

export async function recordFiles(seed: number, watch?: RunOptions): Promise<RecordedRun> {
  const { nvm } = cardOf(PATIENT_CARD).image();
  const blank = { nvm, random: seededBytes(seed, 'card') };
  const run = new RecordedRun(`what a doctor and the holder write, seed ${seed}`, { patient: blank }, watch);
  const transmit: Transmit = (apdu) => run.transmit('patient', apdu);
  personalisePatientOver(run.chips.patient!, transmit, commands, { seed });
  selectApplication(transmit, PATIENT_AID);
  const doctor = new ProfessionalPeer(AUTHORITY, 'doctor', seed).authenticate(transmit);
  const write = <const C extends CommandSpec>(command: C, request: RequestOf<C>): void => {
    const sw = statusOf(transmit, command, request, doctor);
    if (sw !== 0x9000) throw new Error(`${command.name}: ${sw.toString(16)}`);
  };
  write(commands.updateBinary, {
    ...EMERGENCY,
    data: Uint8Array.from(Buffer.from('penicillin; '.repeat(8))),
  });
  write(commands.eraseBinary, { ...EMERGENCY, p2: 10 });
  write(commands.appendRecord, { p2: BOOKLET, data: entry('first check-up') });
  write(commands.appendRecord, { p2: BOOKLET, data: entry('second check-up') });
  write(commands.updateRecord, { p1: 1, p2: BOOKLET, data: entry('1'.repeat(60)) });
  write(commands.updateRecord, { p1: 1, p2: BOOKLET, data: entry('1') });
  verifyPin(transmit);
  for (const organDonation of [DECISION.agreed, DECISION.declined]) {
    call(transmit, commands.putHolderDeclaration, { data: { time: TODAY, organDonation } });
  }
  return run;
}
