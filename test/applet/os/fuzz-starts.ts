/** Cards in the states from which the fuzzer starts: every life cycle, PIN, role and session. */

import {
  type ApplicationSpec,
  type LifeCycle,
  PATIENT_APPLICATION,
  PROFESSIONAL_APPLICATION,
} from '../../../apdu/index.js';
import type { Card, CardImage, CardKind } from '../../../applet/index.js';
import { PATIENT_CARD, PROFESSIONAL_CARD } from '../../../applet/index.js';
import { SCENARIO_PINS } from '../../../host/index.js';
import { type Dictionary, selectionsOf } from '../../support/apdu-fuzzer.js';
import {
  AUTHORITY,
  cardOf,
  PATIENT_AID,
  PIN,
  PROFESSIONAL_AID,
  PUK,
  personalisePatient,
  personaliseProfessional,
  WRONG_PIN,
} from '../../support/personalised-card.js';
import { type PeerSession, ProfessionalPeer } from '../../support/professional-peer.js';
import { Scenario } from '../../support/scenario.js';
import { seededBytes } from '../../support/seeded-random.js';
import { keyPairOf, TODAY } from '../../support/test-authority.js';
import { apdusOf, call, exchange, selectApplication, type Transmit } from '../../support/transmit.js';
import { agreeOnNumber, storeVisit, VISIT, verifyPin } from '../../support/visit.js';

export type FuzzStart = {
  readonly name: string;
  readonly state: LifeCycle;
  readonly kind: CardKind;
  readonly spec: ApplicationSpec;
  readonly image: CardImage;
  readonly dictionary: Dictionary;
  /** The key of the secure messaging session that is open. */
  readonly sessionKey?: Uint8Array;
};

const HOLDER_KEY = keyPairOf(seededBytes(3, 'some holder'));
/** The state "terminated" as the card stores it. */
const TERMINATED = 2;
const uint32 = (value: number) =>
  Uint8Array.of((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);

function dictionaryOf(spec: ApplicationSpec, prescriptionId: Uint8Array): Dictionary {
  const role = spec === PATIENT_APPLICATION ? 'doctor' : 'holder';
  const certificates = [
    AUTHORITY.roleCertificate(role, HOLDER_KEY.publicKey),
    AUTHORITY.roleCertificate('pharmacy', HOLDER_KEY.publicKey),
    AUTHORITY.roleCertificate(role, HOLDER_KEY.publicKey, TODAY - 1_000_000),
  ];
  const pins = [PIN, PIN, PIN, PIN, WRONG_PIN];
  return {
    PIN: pins,
    'current PIN': pins,
    'new PIN': [PIN],
    'holder PIN': [PIN],
    PUK: [PUK, PUK, PIN],
    'role certificate': certificates,
    'ephemeral public key': [HOLDER_KEY.publicKey],
    'file or application identifier': selectionsOf(spec),
    'algorithm reference': Object.values(spec.algorithms).map(({ reference }) => Uint8Array.of(reference)),
    'prescription number R_X_ID': [prescriptionId],
    'doctor-card random': [VISIT.doctorRandom],
    'NHI signature public key': [AUTHORITY.signing.publicKey],
    'NHI decryption public key': [AUTHORITY.sealing.publicKey],
    'group signature suite': [Uint8Array.of(1), Uint8Array.of(2)],
    time: [uint32(TODAY + 100)],
    'prescription expiry': [uint32(TODAY + 1_000_000)],
    'command header': [Uint8Array.of(0x0c, 0xdb, 0x3f, 0xff)],
  };
}

const stateOf = (name: string): LifeCycle => {
  if (name === 'terminated') return 'terminated';
  return name === 'blank' || name === 'before activation' ? 'initialisation' : 'operational';
};

/** The image of a card whose application is at the end of its life; no command leads there. */
function terminatedImage(card: Card): CardImage {
  const fork = card.fork();
  const owner = fork.owners.nvm.find(({ name }) => name === 'life cycle')!;
  fork.nvm.write(owner.offset, Uint8Array.of(TERMINATED));
  return fork.image();
}

/** The image of a patient card whose every slot holds an open prescription, the next number agreed; its session is the start's. */
function withFullSlots(card: Card): CardImage {
  const fork = card.fork();
  const transmit: Transmit = (command) => fork.process(command);
  for (const owner of fork.owners.nvm) {
    const slot = /^EF\.Prescriptions .*: record (\d+)$/.exec(owner.name);
    if (slot && slot[1] !== '1') {
      const first = fork.owners.nvm.find(({ name }) => name === owner.name.replace(/\d+$/, '1'))!;
      fork.nvm.write(owner.offset, fork.nvm.read(first.offset, first.length));
    }
  }
  agreeOnNumber(transmit, VISIT);
  return fork.image();
}

/** Starts on the patient card. */
export function patientStarts(): FuzzStart[] {
  const spec = PATIENT_APPLICATION;
  const { commands } = spec;
  const starts: FuzzStart[] = [];
  let prescriptionId: Uint8Array = new Uint8Array(16);
  const add = (name: string, image: CardImage, session?: PeerSession): void => {
    const dictionary = dictionaryOf(spec, prescriptionId);
    const key = session ? { sessionKey: session.key } : {};
    const state = stateOf(name);
    starts.push({ name, state, kind: PATIENT_CARD, spec, image, dictionary, ...key });
  };

  const blank = cardOf(PATIENT_CARD);
  blank.powerOn();
  selectApplication((command) => blank.process(command), PATIENT_AID);
  add('blank', blank.image());

  const unfinished = personalisePatient({ activate: false });
  const registration = { p2: 'digital signature', data: { algorithm: Uint8Array.of(0x01) } } as const;
  call(unfinished.transmit, commands.manageSecurityEnvironment, registration);
  add('before activation', unfinished.card.image());

  const { card, transmit } = personalisePatient();
  card.reset();
  add('nothing selected', card.image());
  selectApplication(transmit, PATIENT_AID);
  add('selected', card.image());
  const doctor = new ProfessionalPeer(AUTHORITY, 'doctor').authenticate(transmit);
  prescriptionId = storeVisit(transmit, doctor, { ...VISIT, repeats: 9 });
  agreeOnNumber(transmit, VISIT);
  add('doctor, number agreed', card.image(), doctor);
  add('doctor, number agreed', card.image(), doctor);
  add('doctor, no free slot', withFullSlots(card), doctor);
  verifyPin(transmit);
  const visitRequest = { p2: 'confidentiality', data: { algorithm: Uint8Array.of(0x06) } } as const;
  call(transmit, commands.manageSecurityEnvironment, visitRequest);
  add('doctor and holder, visit request', card.image(), doctor);
  const pharmacy = new ProfessionalPeer(AUTHORITY, 'pharmacy').authenticate(transmit);
  add('pharmacy and holder', card.image(), pharmacy);
  for (const role of ['staff', 'nhi'] as const) {
    add(role, card.image(), new ProfessionalPeer(AUTHORITY, role).authenticate(transmit));
  }
  add('terminated', terminatedImage(card));
  return starts;
}

/** Starts on the professional card. */
export function professionalStarts(): FuzzStart[] {
  const spec = PROFESSIONAL_APPLICATION;
  const { commands } = spec;
  const starts: FuzzStart[] = [];
  const add = (name: string, image: CardImage): void => {
    const dictionary = dictionaryOf(spec, new Uint8Array(16));
    const state = stateOf(name);
    starts.push({ name, state, kind: PROFESSIONAL_CARD, spec, image, dictionary });
  };
  add('before activation', personaliseProfessional('doctor', { activate: false }).card.image());
  const { card, transmit } = personaliseProfessional('doctor');
  selectApplication(transmit, PROFESSIONAL_AID);
  add('selected', card.image());
  verifyPin(transmit);
  call(transmit, commands.commitPrescriptionNumber, {});
  add('holder', card.image());

  const holder = personalisePatient();
  selectApplication(holder.transmit, PATIENT_AID);
  const patient = PATIENT_APPLICATION.commands;
  const answer = call(holder.transmit, patient.getChallenge, {});
  const data = exchange(transmit, [Uint8Array.of(0x00, 0xb0, 0x81, 0x00, 0x00)]).data;
  call(holder.transmit, patient.verifyCertificate, { data });
  const half = call(transmit, commands.internalAuthenticate, { data: { answer } });
  add('authenticating', card.image());
  const back = call(holder.transmit, patient.mutualAuthenticate, { data: half });
  exchange(transmit, apdusOf(commands.externalAuthenticate, { data: back }));
  add('session with a patient card', card.image());
  add('session with a patient card', card.image());
  add('terminated', terminatedImage(card));
  return starts;
}

/** Starts on the card of a doctor who is a member of the group, before and after the PIN. */
export async function memberStarts(): Promise<FuzzStart[]> {
  const spec = PROFESSIONAL_APPLICATION;
  const scenario = await Scenario.at('register doctor');
  const pin = Uint8Array.from(Buffer.from(SCENARIO_PINS.doctor.pin));
  const dictionary = { ...dictionaryOf(spec, new Uint8Array(16)), PIN: [pin], 'current PIN': [pin] };
  const image = scenario.chips.doctor.image();
  await scenario.verifyPins('doctor');
  const verified = scenario.chips.doctor.image();
  const common = { state: 'operational', kind: PROFESSIONAL_CARD, spec, dictionary } as const;
  return [
    { name: 'member', ...common, image },
    { name: 'member, holder', ...common, image: verified },
    { name: 'member, holder', ...common, image: verified },
  ];
}
