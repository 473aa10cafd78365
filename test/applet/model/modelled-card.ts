/** The real card beside the model: carries actions out over APDUs. */

import { sha256 } from '@noble/hashes/sha2.js';
import {
  decodeTemplate,
  hashInput,
  PATIENT_APPLICATION,
  PRESCRIPTION_COMMITMENT_DOMAIN,
  PRESCRIPTION_ID_BYTES,
  PRESCRIPTION_NUMBER_DOMAIN,
  PRESCRIPTION_RECORD,
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
  storedString,
} from '../../support/personalised-card.js';
import { chainApdus, PeerSession, ProfessionalPeer } from '../../support/professional-peer.js';
import {
  externalAuthenticate,
  FULL_LEVEL,
  sessionOf,
  TestSecureChannel,
  TRANSPORT_KEYS,
} from '../../support/secure-channel.js';
import { keyPairOf, TODAY } from '../../support/test-authority.js';
import { apdusOf, exchange, selectApplication, type Transmit } from '../../support/transmit.js';
import { type CollectInput, collectInput } from '../../support/visit.js';
import { encipherApdus } from '../os/session-script.js';
import { type Collection, type Cut, type Power, ROLES, type Sent, type Visit } from './actions.js';
import { isProtected } from './card-model.js';

const { commands, algorithms, files } = PATIENT_APPLICATION;
const HOSPITAL = 'H-0042';
const PINS = [PIN, Uint8Array.from(Buffer.from('5502')), Uint8Array.from(Buffer.from('86420197'))];
const p2 = 'holder PIN' as const;
/** Life-cycle states in the order of the bytes that stand for them. */
const LIFE_CYCLES = ['initialisation', 'operational', 'terminated', 'deactivated'] as const;
const HOST_CHALLENGE = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
const NO_KEYS = {
  encryption: new Uint8Array(16),
  mac: new Uint8Array(16),
  responseMac: new Uint8Array(16),
};
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** The chip draws the same numbers at every turn, so that a proof is made once and good for all runs. */
const sameNumbers = (length: number): Uint8Array => new Uint8Array(length).fill(0x5a);
const options = { ports: { engine: memoEngine(), random: sameNumbers } };

export type Starts = Readonly<Record<'initialisation' | 'operational', PersonalisedPatient>>;

/** A card of each life-cycle state; runs work on forks of them. */
export const STARTS: Starts = {
  initialisation: personalisePatient({ ...options, activate: false }),
  operational: personalisePatient(options),
};

type Proof = { readonly apdus: readonly Uint8Array[]; readonly sessionKeys: Uint8Array };

/** MUTUAL AUTHENTICATE of each role as it was once sent, and the session keys of it. */
const PROOFS = Object.fromEntries(
  ROLES.map((role) => {
    const card = STARTS.operational.card.fork();
    const sent: Uint8Array[] = [];
    const transmit: Transmit = (apdu) => {
      sent.push(apdu);
      return card.process(apdu);
    };
    selectApplication(transmit, PATIENT_AID);
    const { keys } = new ProfessionalPeer(AUTHORITY, role).authenticate(transmit);
    const apdus = sent.filter((apdu) => apdu[1] === commands.mutualAuthenticate.ins);
    return [role, { apdus, sessionKeys: keys }];
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

type Session = { readonly role: keyof typeof PROOFS; readonly checksums: number };

export class ModelledCard {
  readonly card: Card;
  /** The issuer's secure channels as its host knows them, by logical channel. */
  private readonly issuers = new Map<number, TestSecureChannel>();

  constructor(state: keyof Starts) {
    this.card = STARTS[state].card.fork();
    this.card.powerOn();
  }

  /** What the card answers; `session` is the one on the action's channel, as the terminal knows it. */
  perform(action: Power | Sent, session: Session | undefined): ResponseApdu {
    if (action.kind === 'power') {
      if (action.how === 'off and on') this.card.powerOff();
      return this.powerOn();
    }
    const { channel } = action;
    const transmit: Transmit = (apdu) => {
      const bytes = apdu.slice();
      bytes[0]! |= channel;
      return this.card.process(bytes);
    };
    switch (action.kind) {
      case 'issuer channel':
        return this.openIssuer(transmit, channel);
      case 'make keys':
        return exchange(transmit, this.issuerApdus(action));
      case 'activate':
        if (action.through) return exchange(transmit, this.issuerApdus(action));
        break;
    }
    const peer = session && isProtected(action) ? peerOf(session, channel) : undefined;
    const answer = exchange(transmit, apdusFor(action, peer));
    return peer && answer.sw === 0x9000 ? peer.open(answer.data) : answer;
  }

  /** The same with the power failing at page operation `at`; `undefined` once it failed and is back. */
  performCut({ during, at, variant }: Cut, session: Session | undefined): ResponseApdu | undefined {
    let operation = 0;
    this.card.nvm.flash.tear = () => (operation++ === at ? variant : undefined);
    const answer = this.perform(during, session);
    this.card.nvm.flash.tear = undefined;
    if (operation <= at) return answer;
    if (answer.sw !== 0) throw new Error('a card without power answered');
    this.powerOn();
    return undefined;
  }

  /** What is remembered without power, as the model tells it. */
  get lasting(): string {
    const { card } = this;
    const stored = (name: string): Uint8Array => {
      const { offset, length } = card.owners.nvm.find((owner) => owner.name === name)!;
      return card.nvm.read(offset, length);
    };
    const strings = (prefix: string, count: number): Uint8Array[] =>
      Array.from({ length: count }, (_, i) => {
        const bytes = stored(`${prefix}: record ${i + 1}`);
        return bytes.subarray(2, 2 + ((bytes[0]! << 8) | bytes[1]!));
      });
    const slots = strings('EF.Prescriptions (file 0103)', files.prescriptions.records).map((bytes) =>
      bytes.length === 0 ? '-' : decodeTemplate(PRESCRIPTION_RECORD, bytes).remaining,
    );
    const records = strings('EF.Records (file 0102)', files.records.records).filter(
      ({ length }) => length > 0,
    );
    const pin = storedString(card, 'holder PIN: value');
    const value = PINS.findIndex((one) => text(pin).replace(/\0+$/, '') === text(one));
    const [tries] = stored('holder PIN: tries left');
    const [puk] = stored('PUK: tries left');
    const lifeCycle = LIFE_CYCLES[stored('life cycle')[0]!];
    return `${lifeCycle}, PIN ${value} with ${tries} tries, PUK ${puk}, ${records.length} records, slots ${slots.join()}`;
  }

  private powerOn(): ResponseApdu {
    this.issuers.clear();
    const atr = this.card.powerOn();
    return { data: atr, sw: atr.length > 0 ? 0x9000 : 0 };
  }

  private openIssuer(transmit: Transmit, channel: number): ResponseApdu {
    const begin = apdusOf(commands.initializeUpdate, { p1: 0, data: HOST_CHALLENGE });
    const answer = exchange(transmit, begin);
    if (answer.sw !== 0x9000) return answer;
    const session = sessionOf(TRANSPORT_KEYS, HOST_CHALLENGE, answer.data.slice(13, 21));
    const issuer = new TestSecureChannel(session.keys, FULL_LEVEL);
    this.issuers.set(channel, issuer);
    return exchange(transmit, [externalAuthenticate(issuer, session.hostCryptogram)]);
  }

  /** Without a channel that was opened the protection is of one that is unknown to the card. */
  private issuerApdus(action: Extract<Sent, { through: boolean }>): Uint8Array[] {
    const { channel, through } = action;
    const issuer = this.issuers.get(channel) ?? new TestSecureChannel(NO_KEYS, FULL_LEVEL);
    const sender = through ? issuer : { apdusOf };
    return action.kind === 'activate'
      ? sender.apdusOf(commands.activate, {})
      : sender.apdusOf(commands.generateKeyPair, { p2: 'signing' });
  }
}

function apdusFor(
  action: Exclude<Sent, { kind: 'issuer channel' | 'make keys' }>,
  peer: PeerSession | undefined,
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
      return chainApdus(AUTHORITY, CERTIFICATES.get(`${action.role}|${action.expired}`)!);
    case 'authenticate':
      return PROOFS[action.as].apdus;
    case 'read':
      return action.record === undefined
        ? apdusOf(commands.readBinary, { p1: 0x80 | action.sfi, p2: 0 }, peer)
        : apdusOf(commands.readRecord, { p1: action.record, p2: action.sfi }, peer);
    case 'environment': {
      const template = action.seals ? 'confidentiality' : 'digital signature';
      const data = { algorithm: Uint8Array.of(action.algorithm) };
      return apdusOf(commands.manageSecurityEnvironment, { p2: template, data });
    }
    case 'sign':
      return action.seals ? encipherApdus() : registrationApdus();
    case 'contribute': {
      const commitment = sha256(hashInput(PRESCRIPTION_COMMITMENT_DOMAIN, [halfOf(action.half)]));
      return apdusOf(commands.contributeToPrescriptionNumber, { data: { commitment } }, peer);
    }
    case 'visit':
      return visitApdus(action, peer);
    case 'collect':
      return apdusOf(commands.collect, { data: collectRequest(action.collection) }, peer);
    case 'activate':
    case 'deactivate':
    case 'terminate':
      return apdusOf(commands[action.kind], {}, peer);
    case 'restore tries':
      return apdusOf(commands.restoreTries, { p2 }, peer);
  }
}

function registrationApdus(): Uint8Array[] {
  const { nonce, messageId } = algorithms.registration.input;
  const fields = [nonce, messageId].flatMap(({ tag }) => [tag >> 8, tag & 0xff, 16, ...sameNumbers(16)]);
  return apdusOf(commands.computeSignature, { data: Uint8Array.from(fields) });
}

/** The terminal's end of a session; the model counts its messages. */
function peerOf({ role, checksums }: Session, channel: number): PeerSession {
  const peer = new PeerSession(PROOFS[role].sessionKeys, channel);
  peer.counter = checksums;
  return peer;
}

function visitApdus(
  { visit, protection }: Extract<Sent, { kind: 'visit' }>,
  peer: PeerSession | undefined,
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
  const stranger = new PeerSession(new Uint8Array(32));
  const protector = protection === 'wrong' || !peer ? stranger : peer;
  return apdusOf(commands.putVisitRecord, { data }, protector);
}
