/** A long session with a patient card, as the APDUs of a terminal: every kind of command, chains, long answers, refusals. */

import {
  DECISION,
  encodeTemplate,
  PATIENT_APPLICATION,
  PROGRAMME,
  PROGRAMME_RECORD,
} from '../../../apdu/index.js';
import { AUTHORITY, PATIENT_AID, PIN, PUK, WRONG_PIN } from '../../support/personalised-card.js';
import { type PeerSession, ProfessionalPeer } from '../../support/professional-peer.js';
import { TODAY } from '../../support/test-authority.js';
import { apdusOf, exchange, selectApplication, statusOf, type Transmit } from '../../support/transmit.js';
import { collectInput, storeVisit, VISIT, verifyPin } from '../../support/visit.js';

const { commands } = PATIENT_APPLICATION;
const HOLDER = { p2: 'holder PIN' } as const;
const bytes = (...values: number[]) => Uint8Array.from(values);

/** What the terminal side of the session knew. */
export type ScriptResult = {
  readonly sessions: readonly PeerSession[];
  readonly statusWords: readonly number[];
};

/**
 * Runs the session; the terminal's answers depend on the card's, so `transmit` is used as it goes.
 * `onSession` is told of every session key as soon as both sides have it.
 */
export function runSession(
  transmit: Transmit,
  onSession: (session: PeerSession) => void = () => undefined,
): ScriptResult {
  const sessions: PeerSession[] = [];
  const statusWords: number[] = [];
  const send = (...apdus: Uint8Array[]): void => {
    statusWords.push(exchange(transmit, apdus).sw);
  };
  const note = (sw: number): void => {
    statusWords.push(sw);
  };
  const authenticate = (role: 'doctor' | 'pharmacy'): PeerSession => {
    const session = new ProfessionalPeer(AUTHORITY, role, sessions.length + 1).authenticate(transmit);
    sessions.push(session);
    onSession(session);
    return session;
  };
  const readings = (session?: PeerSession) => {
    for (let sfi = 1; sfi <= 6; sfi++) {
      note(statusOf(transmit, commands.readBinary, { p1: 0x80 | sfi, p2: 0 }, session));
      note(statusOf(transmit, commands.readRecord, { p1: 1, p2: sfi }, session));
    }
  };

  send(bytes(0x00, 0xb0, 0x81, 0x00, 0x00));
  note(selectApplication(transmit, PATIENT_AID));
  note(verifyPin(transmit, WRONG_PIN));
  note(verifyPin(transmit));
  readings();
  const algorithm = bytes(0x06);
  note(
    statusOf(transmit, commands.manageSecurityEnvironment, { p2: 'confidentiality', data: { algorithm } }),
  );
  note(exchange(transmit, encipherApdus()).sw);
  // An answer that nobody fetches, and one that is fetched in small pieces.
  transmit(encipherApdus()[0]!);
  transmit(bytes(0x00, 0xc0, 0x00, 0x00, 0x10));
  transmit(bytes(0x00, 0xc0, 0x00, 0x00, 0x20));
  send(bytes(0x00, 0x84, 0x00, 0x00, 0x10));
  send(bytes(0x00, 0xa4, 0x02, 0x00, 0x02, 0x01, 0x01, 0x00));
  send(bytes(0x00, 0xb0, 0x00, 0x10, 0x08));

  const doctor = authenticate('doctor');
  readings(doctor);
  const prescriptionId = storeVisit(transmit, doctor, { ...VISIT, repeats: 1, record: 'I10 '.repeat(30) });
  readings(doctor);
  fileWrites(transmit, doctor).forEach(note);
  // A chain that another command interrupts, and one that is taken up again.
  const [link] = apdusOf(commands.putVisitRecord, visitWithoutPrescription(), doctor);
  transmit(bytes(0x1c, ...link!.subarray(1)));
  send(bytes(0x00, 0x84, 0x00, 0x00, 0x10));

  note(verifyPin(transmit));
  const pharmacy = authenticate('pharmacy');
  for (const nonce of [1, 1, 2, 3]) {
    note(statusOf(transmit, commands.collect, { data: collectInput(prescriptionId, nonce) }, pharmacy));
  }
  readings(pharmacy);

  const replacement = Uint8Array.from(Buffer.from('640287'));
  const change = { current: PIN, replacement };
  note(statusOf(transmit, commands.changeReferenceData, { ...HOLDER, data: change }));
  for (let guess = 0; guess < 3; guess++) note(verifyPin(transmit, WRONG_PIN));
  const unblock = { puk: PUK, replacement: PIN };
  note(statusOf(transmit, commands.resetRetryCounter, { ...HOLDER, data: unblock }));
  note(verifyPin(transmit));
  for (const odd of [bytes(), bytes(0x00), bytes(0x00, 0xb0), bytes(0xff, 0xff, 0xff, 0xff, 0xff)]) send(odd);
  send(bytes(0x01, 0x84, 0x00, 0x00, 0x10), bytes(0x00, 0x20, 0x00, 0x81));
  note(selectApplication(transmit, PATIENT_AID));
  readings();
  return { sessions, statusWords };
}

/** What a doctor writes beside a visit, the holder's declaration, and reading it all; answers the status words. */
function fileWrites(transmit: Transmit, doctor: PeerSession): number[] {
  const entry = (text: string) =>
    encodeTemplate(PROGRAMME_RECORD, {
      programme: PROGRAMME.maternity,
      time: TODAY,
      hospitalId: 'H-0042',
      entry: Uint8Array.from(Buffer.from(text)),
    });
  const { emergency, programmes } = PATIENT_APPLICATION.files;
  const p2 = programmes.sfi;
  const protectedStatus: typeof statusOf = (...call) => {
    const sw = statusOf(...call);
    doctor.counter++; // the checksum of the answer
    return sw;
  };
  const read = (...command: number[]) => exchange(transmit, [bytes(...command)]).sw;
  return [
    protectedStatus(
      transmit,
      commands.updateBinary,
      { p1: 0x80 | emergency.sfi, p2: 0, data: Uint8Array.from(Buffer.from('latex, penicillin')) },
      doctor,
    ),
    protectedStatus(transmit, commands.eraseBinary, { p1: 0, p2: 5 }, doctor),
    protectedStatus(transmit, commands.appendRecord, { p2, data: entry('first check-up') }, doctor),
    protectedStatus(transmit, commands.appendRecord, { p2, data: entry('second') }, doctor),
    protectedStatus(transmit, commands.updateRecord, { p1: 1, p2, data: entry('1st') }, doctor),
    read(0x00, 0xb2, 0x00, (p2 << 3) | 0, 0x00),
    read(0x00, 0xb2, 0x00, 0x02, 0x00),
    read(0x00, 0xb2, 0x01, (p2 << 3) | 5, 0x00),
    verifyPin(transmit),
    statusOf(transmit, commands.putHolderDeclaration, {
      data: { time: TODAY, organDonation: DECISION.agreed },
    }),
    ...[commands.getHistoricalBytes, commands.getPinStatus, commands.getCardSerial].map((command) =>
      statusOf(transmit, command, {}),
    ),
    statusOf(transmit, commands.getHolderDeclaration, {}),
    statusOf(transmit, commands.resetVerification, HOLDER),
  ];
}

/** PSO: ENCIPHER of a visit request (eq. 6). */
export function encipherApdus(): Uint8Array[] {
  const fields = Buffer.concat([
    Buffer.from('df3610', 'hex'),
    Buffer.alloc(16, 0x11),
    Buffer.from('df2306', 'hex'),
    Buffer.from('H-0042'),
    Buffer.from('df370101', 'hex'),
    Buffer.from(`df3104${TODAY.toString(16).padStart(8, '0')}`, 'hex'),
  ]);
  return apdusOf(commands.encipher, { data: Uint8Array.from(fields) });
}

function visitWithoutPrescription() {
  return { data: { time: TODAY, hospitalId: 'H-0042', record: Uint8Array.from(Buffer.from('Z00.0')) } };
}
