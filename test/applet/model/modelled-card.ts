/** The real card beside the model: carries actions out over APDUs. */

import { sha256 } from '@noble/hashes/sha2.js';
import {
  hashInput,
  PATIENT_APPLICATION,
  PRESCRIPTION_COMMITMENT_DOMAIN,
  PRESCRIPTION_ID_BYTES,
  PRESCRIPTION_NUMBER_DOMAIN,
  type ResponseApdu,
} from '../../../apdu/index.js';
import type { Card } from '../../../applet/index.js';
import { memoEngine } from '../../support/memo-engine.js';
import {
  AUTHORITY,
  PATIENT_AID,
  type PersonalisedPatient,
  PIN,
  PUK,
  personalisePatient,
} from '../../support/personalised-card.js';
import { PeerSession, ProfessionalPeer } from '../../support/professional-peer.js';
import { keyPairOf, TODAY } from '../../support/test-authority.js';
import {
  apdusOf,
  type CommandProtector,
  exchange,
  selectApplication,
  type Transmit,
} from '../../support/transmit.js';
import { type CollectInput, collectInput } from '../../support/visit.js';
import { encipherApdus } from '../os/session-script.js';
import { type Action, type Collection, ROLES, type Visit } from './actions.js';

const { commands, algorithms } = PATIENT_APPLICATION;
const HOSPITAL = 'H-0042';
const PINS = [PIN, Uint8Array.from(Buffer.from('5502')), Uint8Array.from(Buffer.from('86420197'))];
const p2 = 'holder PIN' as const;

/** The chip draws the same numbers at every turn, so that a proof is made once and good for all runs. */
const sameNumbers = (length: number): Uint8Array => new Uint8Array(length).fill(0x5a);
const options = { ports: { engine: memoEngine(), random: sameNumbers } };

export type Starts = Readonly<Record<'initialisation' | 'operational', PersonalisedPatient>>;

/** A card of each life-cycle state; runs work on forks of them. */
export const STARTS: Starts = {
  initialisation: personalisePatient({ ...options, activate: false }),
  operational: personalisePatient(options),
};

type Proof = { readonly apdus: readonly Uint8Array[]; readonly sessionKey: Uint8Array };

/** MUTUAL AUTHENTICATE of each role as it was once sent, and the session key of it. */
const PROOFS = Object.fromEntries(
  ROLES.map((role) => {
    const card = STARTS.operational.card.fork();
    const sent: Uint8Array[] = [];
    const transmit: Transmit = (apdu) => {
      sent.push(apdu);
      return card.process(apdu);
    };
    selectApplication(transmit, PATIENT_AID);
    const { key } = new ProfessionalPeer(AUTHORITY, role).authenticate(transmit);
    const apdus = sent.filter((apdu) => apdu[1] === commands.mutualAuthenticate.ins);
    return [role, { apdus, sessionKey: key }];
  }),
) as unknown as Readonly<Record<(typeof ROLES)[number], Proof>>;

const CERTIFICATES = new Map(
  [...ROLES, 'holder' as const].flatMap((role) => {
    const key = role === 'holder' ? keyPairOf(sameNumbers) : new ProfessionalPeer(AUTHORITY, role).roleKey;
    return [
      [`${role}|false`, AUTHORITY.roleCertificate(role, key.publicKey)],
      [`${role}|true`, AUTHORITY.roleCertificate(role, key.publicKey, TODAY - 1)],
    ] as const;
  }),
);

const halfOf = (half: number): Uint8Array => new Uint8Array(16).fill(half + 1);

/** The number that follows from a doctor's half: the card's half is always the same. */
export function numberOf(half: number): Uint8Array {
  const halves = Uint8Array.from([...halfOf(half), ...sameNumbers(16)]);
  return sha256(hashInput(PRESCRIPTION_NUMBER_DOMAIN, [halves])).slice(0, PRESCRIPTION_ID_BYTES);
}

export const recordText = ({ label }: Visit): string => `Z00.${label}`;

export function collectRequest({ half, nonce, time }: Collection): CollectInput {
  return { ...collectInput(numberOf(half), nonce), time };
}

export class ModelledCard {
  readonly card: Card;

  constructor(state: keyof Starts) {
    this.card = STARTS[state].card.fork();
    this.card.powerOn();
  }

  /** What the card answers; `session` is the one on the action's channel, as the terminal knows it. */
  perform(
    action: Action,
    session: { role: keyof typeof PROOFS; checksums: number } | undefined,
  ): ResponseApdu {
    if (action.kind === 'power') {
      if (action.how === 'off and on') this.card.powerOff();
      const atr = this.card.powerOn();
      return { data: atr, sw: atr.length > 0 ? 0x9000 : 0 };
    }
    const { channel } = action;
    const transmit: Transmit = (apdu) => {
      const bytes = apdu.slice();
      bytes[0]! |= channel;
      return this.card.process(bytes);
    };
    return exchange(
      transmit,
      apdusFor(action, session && new PeerSession(PROOFS[session.role].sessionKey), session?.checksums ?? 0),
    );
  }
}

function apdusFor(
  action: Exclude<Action, { kind: 'power' }>,
  peer: PeerSession | undefined,
  checksums: number,
): readonly Uint8Array[] {
  switch (action.kind) {
    case 'select': {
      const aid = { whole: PATIENT_AID, partial: PATIENT_AID.slice(0, 10), another: 'A00000015141' }[
        action.name
      ];
      const data = Uint8Array.from(Buffer.from(aid, 'hex'));
      return apdusOf(commands.select, { p1: 'by application identifier', p2: 'nothing', data });
    }
    case 'select file': {
      const data = Uint8Array.of(action.fid >> 8, action.fid & 0xff);
      return apdusOf(commands.select, { p1: 'EF under the current DF', p2: 'nothing', data });
    }
    case 'open':
      return [Uint8Array.of(0x00, 0x70, 0x00, action.wanted, ...(action.wanted === 0 ? [0x01] : []))];
    case 'close':
      return [Uint8Array.of(0x00, 0x70, 0x80, action.which)];
    case 'verify':
      return apdusOf(commands.verify, action.pin === undefined ? { p2 } : { p2, data: PINS[action.pin] });
    case 'change':
      return apdusOf(commands.changeReferenceData, {
        p2,
        data: { current: PINS[action.current]!, replacement: PINS[action.replacement]! },
      });
    case 'unblock': {
      const puk = action.right ? PUK : Uint8Array.from(PUK, (digit) => digit ^ 1);
      return apdusOf(commands.resetRetryCounter, {
        p2,
        data: { puk, replacement: PINS[action.replacement]! },
      });
    }
    case 'challenge':
      return apdusOf(commands.getChallenge, {});
    case 'certificate':
      return apdusOf(commands.verifyCertificate, {
        data: CERTIFICATES.get(`${action.role}|${action.expired}`)!,
      });
    case 'authenticate':
      return PROOFS[action.as].apdus;
    case 'read':
      return action.record === undefined
        ? apdusOf(commands.readBinary, { p1: 0x80 | action.sfi, p2: 0 })
        : apdusOf(commands.readRecord, { p1: action.record, p2: action.sfi });
    case 'environment': {
      const template = action.seals ? 'confidentiality' : 'digital signature';
      const data = { algorithm: Uint8Array.of(action.algorithm) };
      return apdusOf(commands.manageSecurityEnvironment, { p2: template, data });
    }
    case 'sign':
      return action.seals ? encipherApdus() : registrationApdus();
    case 'contribute': {
      const commitment = sha256(hashInput(PRESCRIPTION_COMMITMENT_DOMAIN, [halfOf(action.half)]));
      return apdusOf(commands.contributeToPrescriptionNumber, { data: { commitment } });
    }
    case 'visit':
      return visitApdus(action, peer, checksums);
    case 'collect':
      return apdusOf(commands.collect, { data: collectRequest(action.collection) });
    case 'activate':
      return apdusOf(commands.activate, {});
    case 'make keys':
      return apdusOf(commands.generateKeyPair, { p2: 'signing' });
  }
}

function registrationApdus(): Uint8Array[] {
  const { nonce, messageId } = algorithms.registration.input;
  const fields = [nonce, messageId].flatMap(({ tag }) => [tag >> 8, tag & 0xff, 16, ...sameNumbers(16)]);
  return apdusOf(commands.computeSignature, { data: Uint8Array.from(fields) });
}

function visitApdus(
  { channel, visit, protection }: Extract<Action, { kind: 'visit' }>,
  peer: PeerSession | undefined,
  checksums: number,
): Uint8Array[] {
  const { time, prescription } = visit;
  const data = {
    time,
    hospitalId: HOSPITAL,
    record: Uint8Array.from(Buffer.from(recordText(visit))),
    ...(prescription && {
      prescription: {
        doctorRandom: halfOf(prescription.half),
        prescriptionHash: new Uint8Array(32).fill(0x5d),
        expiry: prescription.expiry,
        repeats: prescription.repeats,
        prescription: Uint8Array.from(Buffer.from('R05DA04')),
      },
    }),
  };
  if (protection === 'none') return apdusOf(commands.putVisitRecord, { data });
  const protector: CommandProtector = {
    checksum(header, objects) {
      if (!peer || protection === 'wrong') return new Uint8Array(8);
      peer.counter = checksums;
      // The checksum covers the class byte with its channel.
      return peer.checksum(Uint8Array.of(header[0]! | channel, ...header.subarray(1)), objects);
    },
  };
  return apdusOf(commands.putVisitRecord, { data }, protector);
}
