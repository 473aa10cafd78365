/** Cards personalised over APDUs, as the insurer does it, with every secret that the test then looks for. */

import { PATIENT_APPLICATION, PROFESSIONAL_APPLICATION, type RoleName } from '../../apdu/index.js';
import {
  Card,
  type CardImage,
  type CardKind,
  type CardLimits,
  type CardPorts,
  nobleEngine,
  PATIENT_CARD,
  PROFESSIONAL_CARD,
  type TransportKeySet,
} from '../../applet/index.js';
import { DEFAULT_LIMITS } from './card-limits.js';
import { giveLogIn, giveReadOut } from './log-in.js';
import { openChannel, TRANSPORT_KEYS } from './secure-channel.js';
import { seededBytes } from './seeded-random.js';
import { keyPairOf, TestAuthority, TODAY } from './test-authority.js';
import { selectApplication, type Transmit } from './transmit.js';

export const PIN = Uint8Array.from(Buffer.from('73915826'));
export const WRONG_PIN = Uint8Array.from(Buffer.from('73915827'));
export const PUK = Uint8Array.from(Buffer.from('40862957'));
export const PATIENT_AID = PATIENT_APPLICATION.aid;
export const PROFESSIONAL_AID = PROFESSIONAL_APPLICATION.aid;

export type CardOptions = {
  /** With log-in key and, on a patient card, read-out. */
  readonly interoperability?: boolean;
  readonly limits?: CardLimits;
  readonly seed?: number;
  readonly kind?: CardKind;
  readonly ports?: Partial<CardPorts>;
  readonly transportKeys?: TransportKeySet;
};

/** A card of a kind; it fails the test that uses it when anything inside would be answered 6F00. */
export function cardOf(kind: CardKind, options: CardOptions = {}, image?: CardImage): Card {
  const random = seededBytes(options.seed ?? 1, 'card');
  const ports: CardPorts = {
    limits: options.limits ?? DEFAULT_LIMITS,
    engine: nobleEngine,
    random,
    onFault(error) {
      throw error;
    },
    ...options.ports,
  };
  const card = new Card(options.kind ?? kind, ports, image);
  return image ? card : card.manufacture(options.transportKeys ?? TRANSPORT_KEYS);
}

/** A card with the persistent memory of another, transient memory empty, power on. */
export function poweredFrom(kind: CardKind, nvm: Uint8Array, options: CardOptions = {}): Card {
  const { ramBytes } = options.limits ?? DEFAULT_LIMITS;
  const card = cardOf(kind, options, { nvm, ram: new Uint8Array(ramBytes), powered: false });
  card.powerOn();
  return card;
}

/** What the test knows of a personalised card. */
export type Personalised = {
  readonly card: Card;
  readonly transmit: Transmit;
  readonly roleKey: Uint8Array;
  /** Secret keys that the card made, read from its memory: nobody else sees them. */
  readonly cardKeys: readonly Uint8Array[];
};

export type PersonalisedPatient = Personalised & {
  readonly pid: Uint8Array;
  readonly signingKey: Uint8Array;
  /** The patient certificate again, effective some seconds later. */
  readonly renewed: (laterSeconds: number) => Uint8Array;
};

export const AUTHORITY = new TestAuthority(7);

/** What every card needs to prove its role and to check others'. */
const ROLE_CHAIN = {
  rootReference: AUTHORITY.rootReference,
  rootKey: AUTHORITY.root.publicKey,
  authorityCertificate: AUTHORITY.authorityCertificate,
};

/** Persistent bytes of an owner by its name, without the two length bytes of a string. */
export function storedString(card: Card, name: string): Uint8Array {
  const owner = card.owners.nvm.find((candidate) => candidate.name === name);
  if (!owner) throw new Error(`nobody owns "${name}"`);
  return card.nvm.read(owner.offset + 2, owner.length - 2);
}

const PATIENT_KEYS = ['signing', 'decryption', 'delegation'] as const;

function logInKeys({ interoperability }: CardOptions): readonly string[] {
  return interoperability ? ['log-in'] : [];
}

/** A patient card up to ACTIVATE FILE, or only up to the step before it. */
export function personalisePatient(options: CardOptions & { activate?: boolean } = {}): PersonalisedPatient {
  const { commands } = PATIENT_APPLICATION;
  const card = cardOf(PATIENT_CARD, options);
  const transmit: Transmit = (command) => card.process(command);
  return personalisePatientOver(card, transmit, commands, options);
}

/** The same over a transmit function of the caller's, who may look at the card after every command. */
export function personalisePatientOver(
  card: Card,
  transmit: Transmit,
  commands: typeof PATIENT_APPLICATION.commands,
  options: CardOptions & { activate?: boolean } = {},
): PersonalisedPatient {
  const random = seededBytes(options.seed ?? 1, 'personalisation');
  const role = keyPairOf(random);
  const pid = random(16);
  card.powerOn();
  selectApplication(transmit, PATIENT_AID);
  const channel = openChannel(transmit, options.transportKeys);
  const publicKey = (p2: 'signing' | 'decryption' | 'delegation') =>
    channel.call(transmit, commands.generateKeyPair, { p2 }).publicPoint;
  const keys = {
    signingKey: publicKey('signing'),
    decryptionKey: publicKey('decryption'),
    delegationKey: publicKey('delegation'),
  };
  const store = { p1: 'more to come', p2: 0 } as const;
  channel.call(transmit, commands.storeData, {
    ...store,
    data: {
      cardSerial: random(8),
      issuerKey: AUTHORITY.signing.publicKey,
      ...ROLE_CHAIN,
      sealingKey: AUTHORITY.sealing.publicKey,
      pin: PIN,
      puk: PUK,
      roleKey: role.secretKey,
      roleCertificate: AUTHORITY.roleCertificate('holder', role.publicKey),
      today: Uint8Array.of(TODAY >>> 24, (TODAY >> 16) & 0xff, (TODAY >> 8) & 0xff, TODAY & 0xff),
    },
  });
  channel.call(transmit, commands.storeData, {
    ...store,
    data: {
      patientCertificate: AUTHORITY.patientCertificate(pid, keys),
      emergency: Uint8Array.from(Buffer.from('penicillin')),
    },
  });
  if (options.interoperability) {
    giveLogIn(transmit, channel);
    giveReadOut(transmit, channel);
  }
  if (options.activate !== false) channel.call(transmit, commands.activate, {});
  const cardKeys = [...PATIENT_KEYS, ...logInKeys(options)].map((name) =>
    storedString(card, `${name} key: secret`),
  );
  const renewed = (laterSeconds: number) => AUTHORITY.patientCertificate(pid, keys, TODAY + laterSeconds);
  return { card, transmit, roleKey: role.secretKey, cardKeys, pid, signingKey: keys.signingKey, renewed };
}

/** A professional card that is no member of a group: it authenticates and proves its role. */
export function personaliseProfessional(
  role: RoleName,
  options: CardOptions & { activate?: boolean } = {},
): Personalised {
  const { commands } = PROFESSIONAL_APPLICATION;
  const random = seededBytes(options.seed ?? 1, `personalisation ${role}`);
  const keys = keyPairOf(random);
  const card = cardOf(PROFESSIONAL_CARD, options);
  const transmit: Transmit = (command) => card.process(command);
  card.powerOn();
  selectApplication(transmit, PROFESSIONAL_AID);
  const channel = openChannel(transmit, options.transportKeys);
  channel.call(transmit, commands.generateKeyPair, { p2: 'signing' });
  channel.call(transmit, commands.generateKeyPair, { p2: 'decryption' });
  channel.call(transmit, commands.storeData, {
    p1: 'last block',
    p2: 0,
    data: {
      cardSerial: random(8),
      issuerKey: AUTHORITY.signing.publicKey,
      ...ROLE_CHAIN,
      pin: PIN,
      puk: PUK,
      roleKey: keys.secretKey,
      roleCertificate: AUTHORITY.roleCertificate(role, keys.publicKey),
      today: Uint8Array.of(TODAY >>> 24, (TODAY >> 16) & 0xff, (TODAY >> 8) & 0xff, TODAY & 0xff),
      doctorId: 'D-0001',
    },
  });
  if (options.interoperability) giveLogIn(transmit, channel);
  if (options.activate !== false) channel.call(transmit, commands.activate, {});
  const cardKeys = ['identity', 'decryption', ...logInKeys(options)].map((name) =>
    storedString(card, `${name} key: secret`),
  );
  return { card, transmit, roleKey: keys.secretKey, cardKeys };
}
