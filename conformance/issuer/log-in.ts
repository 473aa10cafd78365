/**
 * What personalisation brings for the log-in key and the read-out, and the X.509 certificate of that key
 * (RFC 5280), as small as it may be. The suite is its own certification authority; node:crypto reads what it wrote.
 */

import {
  concatBytes,
  encodeTlv,
  fromHex,
  LOG_IN_CERTIFICATE_PART_BYTES,
  PATIENT_APPLICATION,
  PROFESSIONAL_APPLICATION,
  READ_OUT_BYTES,
  SW,
  utf8ToBytes,
} from '../../apdu/index.js';
import { checkStatus, expectOk } from '../checks.js';
import type { TestCard } from '../test-card.js';
import { makeKeys, sign, uncompress } from './p256.js';
import type { TestIssuer } from './test-issuer.js';

const { generateKeyPair, storeInteroperability } = PROFESSIONAL_APPLICATION.commands;

/** A PIN of digits as both applications take it: eight bytes, FF behind the digits (SP 800-73-4 part 2, 2.4.3). */
export function padded(digits: string): Uint8Array {
  const bytes = new Uint8Array(8).fill(0xff);
  bytes.set(utf8ToBytes(digits));
  return bytes;
}

export const LOG_IN_PIN = padded('730154');
export const WRONG_LOG_IN_PIN = padded('730155');
export const LOG_IN_PUK = padded('15926535');
export const WRONG_LOG_IN_PUK = padded('15926536');
/** Last day of validity of the card, as the CHUID shows it. */
export const LOG_IN_EXPIRY = utf8ToBytes('20300615');
/** What a public reader is shown: the layout is the reader's business, the card gives it as it came. */
export const READ_OUT = Uint8Array.from({ length: READ_OUT_BYTES }, (_, i) => 0x41 + (i % 26));

export function logInIdentifier(issuer: TestIssuer): Uint8Array {
  return issuer.random('log-in identifier').bytes(16);
}

const ECDSA_WITH_SHA256 = sequence(fromHex('06082a8648ce3d040302'));
const P256_KEY = sequence(fromHex('06072a8648ce3d0201'), fromHex('06082a8648ce3d030107'));
const COMMON_NAME = fromHex('0603550403');

/** A certificate of the suite's authority for a compressed point. */
export function logInCertificate(issuer: TestIssuer, point: Uint8Array): Uint8Array {
  const authority = makeKeys(issuer.random('log-in authority'));
  const name = (text: string) =>
    sequence(encodeTlv(0x31, sequence(COMMON_NAME, encodeTlv(0x0c, utf8ToBytes(text)))));
  const time = (text: string) => encodeTlv(0x17, utf8ToBytes(text));
  const body = sequence(
    encodeTlv(0xa0, integer(Uint8Array.of(2))),
    integer(issuer.random('log-in certificate').bytes(15)),
    ECDSA_WITH_SHA256,
    name('Test log-in CA'),
    sequence(time('250101000000Z'), time('300615000000Z')),
    name('Test log-in'),
    sequence(P256_KEY, bitString(uncompress(point))),
    // a certificate is at least long enough for a length of two bytes; some middleware knows no other
    encodeTlv(0xa3, sequence(sequence(fromHex('0603551d0f'), encodeTlv(0x04, fromHex('03020780'))))),
  );
  const signature = sign(authority.secretKey, body);
  const value = sequence(integer(signature.subarray(0, 32)), integer(signature.subarray(32)));
  return sequence(body, ECDSA_WITH_SHA256, bitString(value));
}

function sequence(...members: readonly Uint8Array[]): Uint8Array {
  return encodeTlv(0x30, concatBytes(...members));
}

function bitString(bytes: Uint8Array): Uint8Array {
  return encodeTlv(0x03, concatBytes(Uint8Array.of(0x00), bytes));
}

/** INTEGER of an unsigned number in the fewest bytes. */
function integer(bytes: Uint8Array): Uint8Array {
  const first = Math.min(
    bytes.findIndex((byte) => byte !== 0),
    bytes.length - 1,
  );
  const digits = bytes.subarray(Math.max(first, 0));
  return encodeTlv(0x02, digits[0]! < 0x80 ? digits : concatBytes(Uint8Array.of(0x00), digits));
}

/** Makes the log-in key; `undefined` on a card that has none to offer. */
export async function makeLogInKey(card: TestCard): Promise<Uint8Array | undefined> {
  const answer = checkStatus(
    await card.command(generateKeyPair, { p2: 'log-in' }),
    SW.ok,
    SW.incorrectP1P2,
    SW.functionNotSupported,
    SW.referenceDataNotFound,
  );
  // 86, length, compressed point
  return answer.sw === SW.ok.sw ? answer.data.slice(2) : undefined;
}

/** Stores a certificate in as many parts as it needs. */
export async function storeCertificate(card: TestCard, certificate: Uint8Array): Promise<void> {
  for (let at = 0; at < certificate.length; at += LOG_IN_CERTIFICATE_PART_BYTES) {
    const part = certificate.slice(at, at + LOG_IN_CERTIFICATE_PART_BYTES);
    const data = at === 0 ? { certificate: part } : { certificateRest: part };
    await expectOk(card, storeInteroperability, { p2: 1, data });
  }
}

/** Everything for the applications beside the card's own, before ACTIVATE FILE; nothing on a card without them. */
export async function giveInteroperability(card: TestCard): Promise<void> {
  const key = await makeLogInKey(card);
  if (!key) return;
  const data = {
    identifier: logInIdentifier(card.issuer),
    expiry: LOG_IN_EXPIRY,
    pin: LOG_IN_PIN,
    puk: LOG_IN_PUK,
  };
  await expectOk(card, storeInteroperability, { p2: 0, data });
  await storeCertificate(card, logInCertificate(card.issuer, key));
  if (card.spec.id !== 'patient') return;
  const { storeInteroperability: storePatient } = PATIENT_APPLICATION.commands;
  await expectOk(card, storePatient, { p2: 2, data: { readOut: READ_OUT } });
}
