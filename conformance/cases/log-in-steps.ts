/** Steps of the cases about the log-in key: as software that knows nothing of this project sends them. */

import { verify, X509Certificate } from 'node:crypto';
import {
  concatBytes,
  decodeTlvs,
  type ResponseApdu,
  SW,
  type Tlv,
  toHex,
  utf8ToBytes,
} from '../../apdu/index.js';
import { CheckFailure, checkStatus, expectThat } from '../checks.js';
import { LOG_IN_PIN } from '../issuer/log-in.js';
import { sha256 } from '../issuer/p256.js';
import type { TestCard } from '../test-card.js';

export const PIV_NAME = 'a000000308000010000100';
export const PKCS15_NAME = 'a000000063504b43532d3135';

/** What these cases have signed; its hash is all that a card sees of it. */
export const messageOf = (number: number): Uint8Array => utf8ToBytes(`log-in ${number}`);
export const hashOf = (number: number): Uint8Array => sha256(messageOf(number));

/** A case 3 or 4 command of header and data, hexadecimal or bytes; Le of zeros where `answers`. */
export function command(header: string, data: Uint8Array | string, answers = false): Uint8Array {
  const bytes = typeof data === 'string' ? Buffer.from(data, 'hex') : data;
  return concatBytes(
    Buffer.from(header, 'hex'),
    Uint8Array.of(bytes.length),
    bytes,
    new Uint8Array(answers ? 1 : 0),
  );
}

/** One command, and what 61xx announces behind it. */
export async function ask(card: TestCard, bytes: Uint8Array | string): Promise<ResponseApdu> {
  let response = await card.send(bytes);
  const parts = [response.data];
  while (response.sw >> 8 === 0x61 && parts.length < 16) {
    response = await card.send(Uint8Array.of(0x00, 0xc0, 0x00, 0x00, response.sw & 0xff));
    parts.push(response.data);
  }
  return { data: concatBytes(...parts), sw: response.sw };
}

export async function selectNamed(card: TestCard, name: string): Promise<void> {
  checkStatus(await card.send(command('00a4040c', name)), SW.ok);
}

/** VERIFY of the log-in PIN, with its answer. */
export function verifyLogIn(card: TestCard, pin: Uint8Array = LOG_IN_PIN): Promise<ResponseApdu> {
  return ask(card, command('00200080', pin));
}

/** VERIFY without data: the tries of the log-in PIN, or 9000. */
export function logInStatus(card: TestCard): Promise<ResponseApdu> {
  return ask(card, '00200080');
}

/** PIV GET DATA by tag. */
export function getData(card: TestCard, tag: string): Promise<ResponseApdu> {
  return ask(card, command('00cb3fff', `5c${(tag.length / 2).toString(16).padStart(2, '0')}${tag}`, true));
}

/** GENERAL AUTHENTICATE with key 9A. */
export function authenticateWith(card: TestCard, hash: Uint8Array = hashOf(0)): Promise<ResponseApdu> {
  return ask(card, command('0087119a', concatBytes(Buffer.from('7c2482008120', 'hex'), hash), true));
}

/** PSO: COMPUTE DIGITAL SIGNATURE over a hash. */
export function computeSignature(card: TestCard, hash: Uint8Array = hashOf(0)): Promise<ResponseApdu> {
  return ask(card, command('002a9e9a', hash, true));
}

/** The content of a file selected by its path from the master file, hexadecimal. */
export async function readByPath(card: TestCard, path: string): Promise<Uint8Array> {
  checkStatus(await card.send(command('00a4080c', path)), SW.ok);
  const parts: Uint8Array[] = [];
  for (let offset = 0; ; ) {
    const response = await card.send(Uint8Array.of(0x00, 0xb0, offset >> 8, offset & 0xff, 0x00));
    const exact = response.sw >> 8 === 0x6c ? response.sw & 0xff : undefined;
    const { data, sw } =
      exact === undefined
        ? response
        : await card.send(Uint8Array.of(0x00, 0xb0, offset >> 8, offset & 0xff, exact));
    if (sw === SW.wrongParameters.sw) return concatBytes(...parts);
    checkStatus({ data, sw }, SW.ok, SW.endOfFile);
    parts.push(data);
    offset += data.length;
    if (data.length === 0 || sw !== SW.ok.sw) return concatBytes(...parts);
  }
}

/** The data objects that stand one behind the other; a failure of the card where the bytes are none. */
export function objectsOf(bytes: Uint8Array): readonly Tlv[] {
  try {
    return decodeTlvs(bytes);
  } catch {
    throw new CheckFailure('data objects in TLV', toHex(bytes.subarray(0, 24)));
  }
}

/** The objects within the one that `bytes` are. */
export function objectsIn(bytes: Uint8Array, tag: number, what: string): readonly Tlv[] {
  const [whole, ...more] = objectsOf(bytes);
  const right = whole?.tag === tag && more.length === 0;
  expectThat(right, `${what} with tag ${tag.toString(16)}`, toHex(bytes.subarray(0, 24)));
  return objectsOf(whole!.value);
}

/** The value of the object that must be there. */
export function valueUnder(objects: readonly Tlv[], tag: number, what: string): Uint8Array {
  const found = objects.find((one) => one.tag === tag);
  if (!found) throw new CheckFailure(`${what} (${tag.toString(16)})`, 'none');
  return found.value;
}

/** The X.509 certificate as node:crypto reads it. */
export function certificateOf(der: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch {
    throw new CheckFailure('an X.509 certificate', `${der.length} bytes that are none`);
  }
}

/** Passes when a signature over a hash, ECDSA-Sig-Value in DER, holds under the certificate. */
export function expectSigned(certificate: Uint8Array, signature: Uint8Array, message: Uint8Array): void {
  const { publicKey } = certificateOf(certificate);
  const holds = (): boolean => {
    try {
      return verify('sha256', message, { key: publicKey, dsaEncoding: 'der' }, signature);
    } catch {
      return false;
    }
  };
  expectThat(holds(), 'an ECDSA signature of the certified key', 'another');
}
