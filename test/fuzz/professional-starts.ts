/** Professional cards from which the fuzzer starts: before use, with PIN, in a session, as a member of the group. */

import { PATIENT_APPLICATION, PROFESSIONAL_APPLICATION } from '../../apdu/index.js';
import { type Card, PROFESSIONAL_CARD } from '../../applet/index.js';
import { SCENARIO_PINS } from '../../host/index.js';
import {
  AUTHORITY,
  cardOf,
  PATIENT_AID,
  PROFESSIONAL_AID,
  personalisePatient,
  personaliseProfessional,
  WRONG_PIN,
} from '../support/personalised-card.js';
import { showChain } from '../support/professional-peer.js';
import { Scenario } from '../support/scenario.js';
import { beginChannel, openChannel } from '../support/secure-channel.js';
import { call, exchange, selectApplication, type Transmit } from '../support/transmit.js';
import { verifyPin } from '../support/visit.js';
import { dictionaryOf, type FuzzStart, Starts } from './fuzz-start.js';

const { commands } = PROFESSIONAL_APPLICATION;
/** States as the card stores them. */
const STORED_STATE = { deactivated: 3, terminated: 2 } as const;
const CERTIFICATE_FILE = Uint8Array.of(0x00, 0xb0, 0x81, 0x00, 0x00);

/** Cards that are no member of a group, and one that is. */
export async function professionalStarts(): Promise<FuzzStart[]> {
  const starts = new Starts(PROFESSIONAL_CARD, dictionaryOf(PROFESSIONAL_APPLICATION));
  beforeUse(starts);
  const { card, transmit } = personaliseProfessional('doctor');
  selectApplication(transmit, PROFESSIONAL_AID);
  starts.add('selected', card);
  const blocked = card.fork();
  while (verifyPin((command) => blocked.process(command), WRONG_PIN) !== 0x6983);
  starts.add('PIN blocked', blocked);
  verifyPin(transmit);
  call(transmit, commands.commitPrescriptionNumber, {});
  starts.add('holder', card);

  const holder = personalisePatient();
  selectApplication(holder.transmit, PATIENT_AID);
  const patient = PATIENT_APPLICATION.commands;
  const answer = call(holder.transmit, patient.getChallenge, {});
  const data = exchange(transmit, [CERTIFICATE_FILE]).data;
  showChain(holder.transmit, AUTHORITY, data);
  const half = call(transmit, commands.internalAuthenticate, { data: { answer } });
  starts.add('authenticating', card);
  const { roleCertificate, ...proof } = call(holder.transmit, patient.mutualAuthenticate, { data: half });
  showChain(transmit, AUTHORITY, roleCertificate);
  starts.add('holder certificate verified', card);
  call(transmit, commands.externalAuthenticate, { data: proof });
  starts.add('session with a patient card', card, { times: 2 });
  for (const state of ['deactivated', 'terminated'] as const) {
    starts.add(state, inState(card, state), { isOver: true });
  }
  return [...starts.list, ...(await memberStarts())];
}

/** The card out of use, though no command of its own leads there. */
function inState(card: Card, state: 'deactivated' | 'terminated'): Card {
  const fork = card.fork();
  const owner = fork.owners.nvm.find(({ name }) => name === 'life cycle')!;
  fork.nvm.write(owner.offset, Uint8Array.of(STORED_STATE[state]));
  return fork;
}

function beforeUse(starts: Starts): void {
  const blank = cardOf(PROFESSIONAL_CARD);
  blank.powerOn();
  const issue: Transmit = (command) => blank.process(command);
  selectApplication(issue, PROFESSIONAL_AID);
  beginChannel(issue);
  starts.add('channel begun', blank);
  openChannel(issue);
  starts.add('channel open', blank);
  starts.add('before activation', personaliseProfessional('doctor', { activate: false }).card);
}

/** The card of a doctor who is a member of the group, before and after the PIN. */
async function memberStarts(): Promise<FuzzStart[]> {
  const scenario = await Scenario.at('register doctor');
  const pins = [Uint8Array.from(Buffer.from(SCENARIO_PINS.doctor.pin))];
  const dictionary = dictionaryOf(PROFESSIONAL_APPLICATION, { PIN: pins, 'current PIN': pins });
  const starts = new Starts(PROFESSIONAL_CARD, dictionary);
  starts.add('member', scenario.chips.doctor);
  await scenario.verifyPins('doctor');
  starts.add('member, holder', scenario.chips.doctor, { times: 2 });
  const { doctorCard } = scenario.world;
  while ((await doctorCard.makeCoupon()).ok);
  starts.add('member, holder, coupons full', scenario.chips.doctor);
  return starts.list;
}
