/** Cards in the states from which the fuzzer starts: every life cycle, PIN, role and session. */

import {
  type ApplicationSpec,
  type LifeCycle,
  PATIENT_APPLICATION,
  PROFESSIONAL_APPLICATION,
} from '../../../apdu/index.js';
import type { CardImage, CardKind } from '../../../applet/index.js';
import { PATIENT_CARD, PROFESSIONAL_CARD } from '../../../applet/index.js';
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
import { type PeerSession, ProfessionalPeer, showChain } from '../../support/professional-peer.js';
import { beginChannel, openChannel } from '../../support/secure-channel.js';
import { seededBytes } from '../../support/seeded-random.js';
import { keyPairOf, TODAY } from '../../support/test-authority.js';
import { call, exchange, selectApplication } from '../../support/transmit.js';
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
const uint32 = (value: number) =>
  Uint8Array.of((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);

function dictionaryOf(spec: ApplicationSpec, prescriptionId: Uint8Array): Dictionary {
  const role = spec === PATIENT_APPLICATION ? 'doctor' : 'holder';
  const certificates = [
    AUTHORITY.authorityCertificate(),
    AUTHORITY.roleCertificate(role, HOLDER_KEY.publicKey),
    AUTHORITY.roleCertificate('pharmacy', HOLDER_KEY.publicKey),
    AUTHORITY.roleCertificate(role, HOLDER_KEY.publicKey, TODAY - 1_000_000),
  ];
  const pins = [PIN, PIN, WRONG_PIN];
  return {
    PIN: pins,
    'current PIN': pins,
    'new PIN': [PIN],
    'holder PIN': [PIN],
    PUK: [PUK, PUK, PIN],
    'role certificate': certificates,
    'card-verifiable certificate': certificates,
    'reference of a public key': [AUTHORITY.rootReference, AUTHORITY.authorityReference],
    'ephemeral public key': [HOLDER_KEY.publicKey],
    'file or application identifier, or path': selectionsOf(spec),
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
  if (['blank', 'channel begun', 'channel open', 'before activation'].includes(name)) return 'initialisation';
  return name === 'deactivated' || name === 'terminated' ? name : 'operational';
};

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
  const issue = (command: Uint8Array) => blank.process(command);
  selectApplication(issue, PATIENT_AID);
  add('blank', blank.image());
  beginChannel(issue);
  add('channel begun', blank.image());
  openChannel(issue);
  add('channel open', blank.image());

  const unfinished = personalisePatient({ activate: false });
  const registration = { p2: 'digital signature', data: { algorithm: Uint8Array.of(0x01) } } as const;
  call(unfinished.transmit, commands.manageSecurityEnvironment, registration);
  add('before activation', unfinished.card.image());

  const { card, transmit } = personalisePatient();
  card.reset();
  add('nothing selected', card.image());
  selectApplication(transmit, PATIENT_AID);
  add('selected', card.image());
  call(transmit, commands.setVerificationKey, { data: { keyReference: AUTHORITY.rootReference } });
  add('key of the root set', card.image());
  showChain(transmit, AUTHORITY, AUTHORITY.roleCertificate('doctor', HOLDER_KEY.publicKey));
  call(transmit, commands.getChallenge, {});
  add('certificates verified', card.image());
  const doctor = new ProfessionalPeer(AUTHORITY, 'doctor').authenticate(transmit);
  prescriptionId = storeVisit(transmit, doctor, { ...VISIT, repeats: 9 });
  agreeOnNumber(transmit, VISIT);
  add('doctor, number agreed', card.image(), doctor);
  add('doctor, number agreed', card.image(), doctor);
  verifyPin(transmit);
  const visitRequest = { p2: 'confidentiality', data: { algorithm: Uint8Array.of(0x06) } } as const;
  call(transmit, commands.manageSecurityEnvironment, visitRequest);
  add('doctor and holder, visit request', card.image(), doctor);
  const pharmacy = new ProfessionalPeer(AUTHORITY, 'pharmacy').authenticate(transmit);
  add('pharmacy and holder', card.image(), pharmacy);
  for (const role of ['staff', 'nhi'] as const) {
    const session = new ProfessionalPeer(AUTHORITY, role).authenticate(transmit);
    add(role, card.image(), session);
  }
  call(transmit, commands.deactivate, {});
  add('deactivated', card.image());
  call(transmit, commands.terminate, {});
  add('terminated', card.image());
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
  showChain(
    holder.transmit,
    AUTHORITY,
    exchange(transmit, [Uint8Array.of(0x00, 0xb0, 0x81, 0x00, 0x00)]).data,
  );
  const half = call(transmit, commands.internalAuthenticate, { data: { answer } });
  add('authenticating', card.image());
  const { roleCertificate, ...proof } = call(holder.transmit, patient.mutualAuthenticate, { data: half });
  showChain(transmit, AUTHORITY, roleCertificate);
  add('holder certificate verified', card.image());
  call(transmit, commands.externalAuthenticate, { data: proof });
  add('session with a patient card', card.image());
  return starts;
}
