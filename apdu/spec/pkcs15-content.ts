/**
 * What stands in the files that describe the log-in key (ISO/IEC 7816-15:2016, clause 8, in DER). Only
 * EF.TokenInfo differs from card to card.
 */

import { concatBytes, utf8ToBytes } from '../bytes.js';
import { encodeTlv } from '../tlv.js';
import { LOG_IN_PIN_BYTES, LOG_IN_PIN_DIGITS, LOG_IN_PINS } from './log-in-commands.js';
import { MASTER_FILE } from './master-file.js';
import type { FileSpec } from './specification.js';

/** File identifier of the DF, where every reader of such cards looks (ISO/IEC 7816-15:2016, 7.5). */
export const PKCS15_FID = 0x5015;
/** P2 of the key's commands, and the identifiers that tie key, certificate and PIN to one another. */
export const LOG_IN_KEY_REFERENCE = 0x01;
const KEY_IDENTIFIER = Uint8Array.of(0x01);
const PIN_IDENTIFIER = Uint8Array.of(0x01);
const FIELD_BITS = 256;

const TAG = { boolean: 0x01, integer: 0x02, bits: 0x03, octets: 0x04, enumerated: 0x0a, text: 0x0c } as const;
const SEQUENCE = 0x30;
/** Context tags of choices and of the attributes of a type (ISO/IEC 7816-15:2016, 8.2.1: typeAttributes is [1]). */
const CONTEXT = { zero: 0xa0, one: 0xa1, certificates: 0xa4, authenticationObjects: 0xa8 } as const;
/** ObjectChoice of the ODF: private keys are [0]. */
const ODF = {
  privateKeys: CONTEXT.zero,
  certificates: CONTEXT.certificates,
  pins: CONTEXT.authenticationObjects,
};

function sequence(...members: readonly Uint8Array[]): Uint8Array {
  return encodeTlv(SEQUENCE, concatBytes(...members));
}

/** A non-negative integer below 2^15, in the fewest bytes that keep it positive. */
function integer(value: number, tag: number = TAG.integer): Uint8Array {
  return encodeTlv(tag, value < 0x80 ? Uint8Array.of(value) : Uint8Array.of(value >> 8, value & 0xff));
}

/** A BIT STRING with these bits set, bit 0 first; trailing zeros are left out, as DER has it for named bits. */
function bits(...set: readonly number[]): Uint8Array {
  const last = Math.max(...set);
  const bytes = new Uint8Array(1 + (last >> 3) + 1);
  bytes[0] = 7 - (last & 7);
  for (const bit of set) bytes[1 + (bit >> 3)]! |= 0x80 >> (bit & 7);
  return encodeTlv(TAG.bits, bytes);
}

function text(value: string): Uint8Array {
  return encodeTlv(TAG.text, utf8ToBytes(value));
}

function octets(value: Uint8Array): Uint8Array {
  return encodeTlv(TAG.octets, value);
}

/** A Path: identifiers from the master file on. */
function path(...fids: readonly number[]): Uint8Array {
  const identifiers = [MASTER_FILE.fid, PKCS15_FID, ...fids];
  return sequence(octets(Uint8Array.from(identifiers.flatMap((fid) => [fid >> 8, fid & 0xff]))));
}

/** Named bits of the types below, by their number in the standard. */
const TOKEN = { readOnly: 0, loginRequired: 1 } as const;
const OBJECT = { private: 0 } as const;
const PIN = { local: 1, initialized: 4, needsPadding: 5 } as const;
const USAGE = { sign: 2 } as const;
const KEY_ACCESS = { sensitive: 0, alwaysSensitive: 2, neverExtractable: 3, local: 4 } as const;
const ASCII_NUMERIC = 1;
const PADDING = 0xff;

/** EF.ODF: where the other files are. */
export function objectDirectory(pins: FileSpec, keys: FileSpec, certificates: FileSpec): Uint8Array {
  return concatBytes(
    encodeTlv(ODF.pins, path(pins.fid)),
    encodeTlv(ODF.privateKeys, path(keys.fid)),
    encodeTlv(ODF.certificates, path(certificates.fid)),
  );
}

/** EF.TokenInfo: version 1, the card's identifier as serial number, who made it, what it is called. */
export function tokenInformation(identifier: Uint8Array): Uint8Array {
  return sequence(
    integer(0),
    octets(identifier),
    text('imis-card'),
    encodeTlv(0x80, utf8ToBytes('Hospital log-in')),
    bits(TOKEN.readOnly, TOKEN.loginRequired),
  );
}

/** EF.AODF: the log-in PIN, 6 to 8 digits padded with FF. */
export function authenticationObjects(): Uint8Array {
  const common = sequence(text('log-in PIN'), bits(OBJECT.private));
  const attributes = sequence(
    bits(PIN.local, PIN.initialized, PIN.needsPadding),
    integer(ASCII_NUMERIC, TAG.enumerated),
    integer(LOG_IN_PIN_DIGITS.min),
    integer(LOG_IN_PIN_BYTES),
    integer(LOG_IN_PIN_DIGITS.max),
    integer(LOG_IN_PINS.holder.reference, 0x80),
    octets(Uint8Array.of(PADDING)),
    path(),
  );
  return sequence(common, sequence(octets(PIN_IDENTIFIER)), encodeTlv(CONTEXT.one, attributes));
}

/** EF.PrKDF: one key on P-256 that signs after the log-in PIN; made on the card, never out of it. */
export function privateKeys(file: FileSpec): Uint8Array {
  const common = sequence(text('log-in key'), bits(OBJECT.private), octets(PIN_IDENTIFIER));
  const key = sequence(
    octets(KEY_IDENTIFIER),
    bits(USAGE.sign),
    bits(KEY_ACCESS.sensitive, KEY_ACCESS.alwaysSensitive, KEY_ACCESS.neverExtractable, KEY_ACCESS.local),
    integer(LOG_IN_KEY_REFERENCE),
  );
  // The length of the field is no part of the standard; OpenSC reads it there.
  const attributes = encodeTlv(CONTEXT.one, sequence(path(file.fid), integer(FIELD_BITS)));
  return encodeTlv(CONTEXT.zero, concatBytes(common, key, attributes));
}

/** EF.CDF: the certificate of the key, in a file of its own. */
export function certificates(certificate: FileSpec): Uint8Array {
  const common = sequence(text('log-in certificate'));
  const attributes = encodeTlv(CONTEXT.one, sequence(path(certificate.fid)));
  return sequence(common, sequence(octets(KEY_IDENTIFIER)), attributes);
}
