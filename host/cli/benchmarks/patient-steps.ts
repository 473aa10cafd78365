/** What makes a patient card somebody's card, as APDUs: personalisation, then a visit with a prescription. */

import { hkdfSync } from 'node:crypto';
import {
  CARD_SESSION_DOMAIN,
  concatBytes,
  decodeChainCertificate,
  encodeTemplate,
  hashInput,
  PATIENT_APPLICATION,
  PRESCRIPTION_COMMITMENT_DOMAIN,
  PRESCRIPTION_ID_BYTES,
  PRESCRIPTION_NUMBER_DOMAIN,
  type RequestOf,
  STATEMENT,
  uintToBytes,
  utf8ToBytes,
} from '../../../apdu/index.js';
import type { Card, CryptoEngine } from '../../../applet/index.js';
import type { Scp03Session } from '../../index.js';
import { call, callThrough, openChannel, selectApplication } from './exchange.js';
import { type BenchIssuer, type KeyPair, keyPairOf, signFields, TODAY } from './issuer.js';
import { callInSession, type SessionKeys } from './session.js';

const { commands } = PATIENT_APPLICATION;
export const PIN = utf8ToBytes('73915826');
const PUK = utf8ToBytes('40862957');
const HOSPITAL = 'H-0042';

/** Everything beside the card. */
export type Surroundings = {
  readonly engine: CryptoEngine;
  readonly issuer: BenchIssuer;
  readonly random: (length: number) => Uint8Array;
};

type StoredObjects = RequestOf<typeof commands.storeData>['data'];
type Visit = RequestOf<typeof commands.putVisitRecord>['data'];

/** The one way by which personal data reach a card. */
function storeData(card: Card, channel: Scp03Session, data: StoredObjects): void {
  callThrough(card, channel, commands.storeData, { p1: 'more to come', p2: 0, data });
}

/** Power, selection, the secure channel, and what all cards of a batch have in common: keys of the insurer, PIN, PUK, date. */
export function beginPersonalisation(card: Card, { issuer, random }: Surroundings): Scp03Session {
  card.powerOn();
  selectApplication(card, PATIENT_APPLICATION.aid);
  const channel = openChannel(card, random(8));
  storeData(card, channel, {
    rootReference: issuer.rootReference,
    rootKey: issuer.root.publicKey,
    issuerKey: issuer.signing.publicKey,
    sealingKey: issuer.sealing.publicKey,
    pin: PIN,
    puk: PUK,
    today: uintToBytes(TODAY, 4),
    authorityCertificate: issuer.authorityCertificate,
  });
  return channel;
}

/** Three key pairs made on the card. */
export function generateKeys(card: Card, channel: Scp03Session) {
  const made = (p2: 'signing' | 'decryption' | 'delegation') =>
    callThrough(card, channel, commands.generateKeyPair, { p2 }).publicPoint;
  return {
    signingKey: made('signing'),
    decryptionKey: made('decryption'),
    delegationKey: made('delegation'),
  };
}

/** What is one holder's alone: pseudonym, keys, both certificates, emergency data; then ACTIVATE FILE. */
export function personaliseHolder(
  card: Card,
  channel: Scp03Session,
  { engine, issuer, random }: Surroundings,
): { pid: Uint8Array } {
  const pid = random(16);
  const keys = generateKeys(card, channel);
  const role = keyPairOf(engine, random);
  storeData(card, channel, {
    cardSerial: random(8),
    roleKey: role.secretKey,
    roleCertificate: issuer.roleCertificate('holder', role.publicKey),
    emergency: utf8ToBytes('penicillin'),
  });
  storeData(card, channel, { patientCertificate: issuer.patientCertificate(pid, keys) });
  callThrough(card, channel, commands.activate, {});
  return { pid };
}

/** A doctor's or pharmacy's card as far as a patient card sees it. */
export type Peer = { readonly role: KeyPair; readonly certificate: Uint8Array; readonly ephemeral: KeyPair };

export function makePeer({ engine, issuer, random }: Surroundings, role: 'doctor' | 'pharmacy'): Peer {
  const pair = keyPairOf(engine, random);
  const certificate = issuer.roleCertificate(role, pair.publicKey);
  return { role: pair, certificate, ephemeral: keyPairOf(engine, random) };
}

/** Card-to-card authentication; the peer uses one ephemeral key for all cards, as no real one may. */
export function authenticate(card: Card, peer: Peer, { engine, issuer, random }: Surroundings): SessionKeys {
  const answer = call(card, commands.getChallenge, {});
  for (const data of [issuer.authorityCertificate, peer.certificate]) {
    const { issuerReference } = decodeChainCertificate(data).body;
    call(card, commands.setVerificationKey, { data: { keyReference: issuerReference } });
    call(card, commands.verifyCertificate, { data });
  }
  const challenge = random(16);
  const ephemeralKey = peer.ephemeral.publicKey;
  const proof = encodeTemplate(STATEMENT.professionalProof.fields, { challenge, answer, ephemeralKey });
  const signature = signFields(engine, peer.role.secretKey, STATEMENT.professionalProof, proof);
  const back = call(card, commands.mutualAuthenticate, { data: { challenge, ephemeralKey, signature } });
  const shared = engine.p256Ecdh(peer.ephemeral.secretKey, back.ephemeralKey)!;
  const info = concatBytes(utf8ToBytes(CARD_SESSION_DOMAIN), back.ephemeralKey, ephemeralKey);
  const keys = new Uint8Array(hkdfSync('sha256', shared, concatBytes(answer, challenge), info, 32));
  return { encryption: keys.slice(0, 16), mac: keys.slice(16), counter: 0 };
}

/** One record without and one with a prescription of `repeats` repetitions; its number. */
export function storeVisits(
  card: Card,
  session: SessionKeys,
  { engine, random }: Surroundings,
  repeats = 0,
): Uint8Array {
  const put = (data: Visit): void => {
    callInSession(card, session, engine, commands.putVisitRecord, { data });
  };
  const record = () => concatBytes(utf8ToBytes('J06.9 acute upper respiratory infection '), random(16));
  put({ time: TODAY + 60, hospitalId: HOSPITAL, record: record() });
  const doctorRandom = random(16);
  const commitment = engine.sha256(hashInput(PRESCRIPTION_COMMITMENT_DOMAIN, [doctorRandom]));
  const contribute = commands.contributeToPrescriptionNumber;
  const { patientRandom } = callInSession(card, session, engine, contribute, { data: { commitment } });
  put({
    time: TODAY + 120,
    hospitalId: HOSPITAL,
    record: record(),
    prescription: {
      doctorRandom,
      prescriptionHash: random(32),
      expiry: TODAY + 30 * 86_400,
      repeats,
      prescription: utf8ToBytes('R05DA04 codeine 30 mg, 20 tablets'),
    },
  });
  const halves = concatBytes(doctorRandom, patientRandom);
  return engine.sha256(hashInput(PRESCRIPTION_NUMBER_DOMAIN, [halves])).slice(0, PRESCRIPTION_ID_BYTES);
}
