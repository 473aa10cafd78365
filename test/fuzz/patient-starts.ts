/** Patient cards from which the fuzzer starts: every life cycle, PIN, role, session and channel. */

import { encodeTemplate, PATIENT_APPLICATION, WARRANT } from '../../apdu/index.js';
import { type Card, PATIENT_CARD } from '../../applet/index.js';
import { AGENT_PIN, delegate, enter, openAndAnswer, personaliseAgent } from '../support/delegation.js';
import {
  AUTHORITY,
  cardOf,
  PATIENT_AID,
  personalisePatient,
  WRONG_PIN,
} from '../support/personalised-card.js';
import { PeerSession, ProfessionalPeer, showChain } from '../support/professional-peer.js';
import { beginChannel, openChannel } from '../support/secure-channel.js';
import { call, exchange, selectApplication, type Transmit } from '../support/transmit.js';
import { agreeOnNumber, storeVisit, VISIT, verifyPin } from '../support/visit.js';
import { dictionaryOf, type FuzzStart, HOLDER_KEY, Starts } from './fuzz-start.js';

const { commands } = PATIENT_APPLICATION;
const OPEN_CHANNEL = Uint8Array.of(0x00, 0x70, 0x00, 0x00, 0x01);
const TERMINATED = { isOver: true };

export function patientStarts(): FuzzStart[] {
  const starts = new Starts(PATIENT_CARD, dictionaryOf(PATIENT_APPLICATION));
  beforeUse(starts);
  const { card, transmit } = personalisePatient();
  card.reset();
  starts.add('nothing selected', card);
  selectApplication(transmit, PATIENT_AID);
  starts.add('selected', card);
  starts.add('PIN blocked', withBlockedPin(card));
  call(transmit, commands.setVerificationKey, { data: { keyReference: AUTHORITY.rootReference } });
  starts.add('key of the root set', card);
  showChain(transmit, AUTHORITY, AUTHORITY.roleCertificate('doctor', HOLDER_KEY.publicKey));
  call(transmit, commands.getChallenge, {});
  starts.add('certificates verified', card);
  const doctor = new ProfessionalPeer(AUTHORITY, 'doctor').authenticate(transmit);
  const prescriptionId = storeVisit(transmit, doctor, { ...VISIT, repeats: 9 });
  starts.dictionary = dictionaryOf(PATIENT_APPLICATION, { 'prescription number R_X_ID': [prescriptionId] });
  agreeOnNumber(transmit, VISIT, doctor);
  starts.add('doctor, number agreed', card, { times: 2 });
  starts.add('doctor, no free slot', withFullSlots(card, doctor));
  verifyPin(transmit);
  const visitRequest = { p2: 'confidentiality', data: { algorithm: Uint8Array.of(0x06) } } as const;
  call(transmit, commands.manageSecurityEnvironment, visitRequest);
  starts.add('doctor and holder, visit request', card);
  new ProfessionalPeer(AUTHORITY, 'pharmacy').authenticate(transmit);
  starts.add('pharmacy and holder', card);
  starts.add('pharmacy and holder, doctor on another channel', withSecondChannel(card));
  delegations(starts, card, prescriptionId);
  new ProfessionalPeer(AUTHORITY, 'staff').authenticate(transmit);
  starts.add('staff', card);
  const nhi = new ProfessionalPeer(AUTHORITY, 'nhi').authenticate(transmit);
  starts.add('nhi', card);
  call(transmit, commands.deactivate, {}, nhi);
  starts.add('deactivated', card);
  call(transmit, commands.terminate, {}, nhi);
  starts.add('terminated', card, TERMINATED);
  return starts.list;
}

function beforeUse(starts: Starts): void {
  const blank = cardOf(PATIENT_CARD);
  blank.powerOn();
  const issue: Transmit = (command) => blank.process(command);
  selectApplication(issue, PATIENT_AID);
  starts.add('blank', blank);
  beginChannel(issue);
  starts.add('channel begun', blank);
  openChannel(issue);
  starts.add('channel open', blank);

  const unfinished = personalisePatient({ activate: false });
  const registration = { p2: 'digital signature', data: { algorithm: Uint8Array.of(0x01) } } as const;
  call(unfinished.transmit, commands.manageSecurityEnvironment, registration);
  starts.add('before activation', unfinished.card);
}

/** A delegation that is open, one that waits for NHI, and an agent at a pharmacy. */
function delegations(starts: Starts, card: Card, prescriptionId: Uint8Array): void {
  const fork = card.fork();
  const patient: Transmit = (command) => fork.process(command);
  const agent = personaliseAgent().transmit;
  const before = starts.dictionary;
  enter(patient);
  enter(agent);
  const { warrant, patientCommitment, agentCommitment, agentHalf } = openAndAnswer(patient, agent);
  const values = {
    'warrant W': [encodeTemplate(WARRANT, warrant)],
    "patient card's commitment Y_P": [patientCommitment],
    "agent card's commitment Y_A": [agentCommitment],
    "agent card's half s_A": [agentHalf],
    'agent PIN': [AGENT_PIN],
    PIN: [AGENT_PIN, AGENT_PIN, AGENT_PIN, WRONG_PIN],
    'current PIN': [AGENT_PIN, AGENT_PIN, WRONG_PIN],
    'new PIN': [AGENT_PIN],
    'prescription number R_X_ID': [prescriptionId],
  };
  starts.dictionary = dictionaryOf(PATIENT_APPLICATION, values);
  starts.add('delegation open', fork);
  delegate(patient, agent, { certify: false });
  const signed = delegate(patient, agent, { slot: 'slot 2' });
  starts.dictionary = dictionaryOf(PATIENT_APPLICATION, {
    ...values,
    'signature (r || s)': [signed.signature!],
  });
  starts.add('slots taken', fork);
  const verify = { p2: 'agent PIN of slot 2', data: AGENT_PIN } as const;
  call(patient, commands.verify, verify);
  new ProfessionalPeer(AUTHORITY, 'pharmacy').authenticate(patient);
  starts.add('agent at a pharmacy', fork, { times: 2 });
  starts.dictionary = before;
}

function withBlockedPin(card: Card): Card {
  const fork = card.fork();
  const transmit: Transmit = (command) => fork.process(command);
  while (verifyPin(transmit, WRONG_PIN) !== 0x6983);
  return fork;
}

/** A second logical channel with a session of its own. */
function withSecondChannel(card: Card): Card {
  const fork = card.fork();
  exchange((command) => fork.process(command), [OPEN_CHANNEL]);
  const onChannel: Transmit = (command) =>
    fork.process(Uint8Array.of(command[0]! | 0x01, ...command.subarray(1)));
  selectApplication(onChannel, PATIENT_AID);
  const { keys } = new ProfessionalPeer(AUTHORITY, 'doctor').authenticate(onChannel);
  agreeOnNumber(onChannel, VISIT, new PeerSession(keys, 1));
  return fork;
}

/** Every slot holds an open prescription, the next number is agreed; the session goes on. */
function withFullSlots(card: Card, doctor: PeerSession): Card {
  const fork = card.fork();
  for (const owner of fork.owners.nvm) {
    const slot = /^EF\.Prescriptions .*: record (\d+)$/.exec(owner.name);
    if (slot && slot[1] !== '1') {
      const first = fork.owners.nvm.find(({ name }) => name === owner.name.replace(/\d+$/, '1'))!;
      fork.nvm.write(owner.offset, fork.nvm.read(first.offset, first.length));
    }
  }
  agreeOnNumber((command) => fork.process(command), VISIT, doctor.fork());
  return fork;
}
