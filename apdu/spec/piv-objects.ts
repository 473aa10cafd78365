/** The data objects of the PIV application (NIST SP 800-73-4 part 1, appendix A), made of what the card holds. */

import { concatBytes, fromHex } from '../bytes.js';
import { encodeTlv } from '../tlv.js';

/** AID of the application: registered identifier of NIST, PIV, version 1.0. */
export const PIV_AID = 'A000000308000010000100';
/** The part of it that NIST gives out itself, which the property template shows alone. */
const PIX = fromHex(PIV_AID).slice(5);

const NONE = new Uint8Array(0);
/** Data objects of the interindustry container. */
const CONTAINER = 0x53;
const ERROR_DETECTION = 0xfe;

/** Tags by which GET DATA asks (part 1, table 3). */
export const PIV_OBJECT = {
  discovery: fromHex('7E'),
  capabilityContainer: fromHex('5FC107'),
  cardholderUniqueIdentifier: fromHex('5FC102'),
  authenticationCertificate: fromHex('5FC105'),
} as const;
export type PivObjectName = keyof typeof PIV_OBJECT;

/** What SELECT answers: the application's part of the identifier, and who allocates tags (part 2, table 3). */
export const PIV_PROPERTY_TEMPLATE: Uint8Array = encodeTlv(
  0x61,
  concatBytes(encodeTlv(0x4f, PIX), encodeTlv(0x79, encodeTlv(0x4f, fromHex(PIV_AID).slice(0, 5)))),
);

/**
 * FASC-N of an issuer outside the federal government: agency, system and credential number all nines (SP 800-73-4
 * part 1, 3.1.2, and PIV Interoperability for Non-Federal Issuers). The same on every card.
 */
const FASC_N = fromHex('D4E739DA739CED39CE739D836858210842108421C84210C3EB');
/** The log-in PIN of the application, and no global one (part 1, 3.3.2). */
const PIN_USAGE_POLICY = Uint8Array.of(0x40, 0x00);
/** Capability container, version 2.1, data model 10 (GSC-IS 2.1, as part 1, table 8, has it). */
const CONTAINER_VERSION = 0x21;
const PIV_DATA_MODEL = 0x10;
const CARD_APPLICATION_URL_TO_PKCS15 = [0xf3, 0xf6, 0xf7, 0xfa, 0xfb, 0xfc, 0xfd] as const;
const RECORD_OF_PKCS15 = Uint8Array.of(0x00);
/** Manufacturer GSC-RID, manufacturer and card type: of nobody that is registered; the card's identifier follows. */
const UNREGISTERED_CARD = fromHex('A000000116FF02');
const CARD_IDENTIFIER_BYTES = 14;

function container(...objects: readonly Uint8Array[]): Uint8Array {
  return encodeTlv(CONTAINER, concatBytes(...objects, encodeTlv(ERROR_DETECTION, NONE)));
}

/** Discovery object: the AID, and which PIN counts. */
export function discoveryObject(): Uint8Array {
  return encodeTlv(0x7e, concatBytes(encodeTlv(0x4f, fromHex(PIV_AID)), encodeTlv(0x5f2f, PIN_USAGE_POLICY)));
}

/** CHUID: the card's UUID and its last day, without an issuer's signature over them. */
export function cardholderUniqueIdentifier(identifier: Uint8Array, expiry: Uint8Array): Uint8Array {
  return container(
    encodeTlv(0x30, FASC_N),
    encodeTlv(0x34, identifier),
    encodeTlv(0x35, expiry),
    encodeTlv(0x3e, NONE),
  );
}

/** CCC: an identifier of the card for middleware that asks for one; all else is fixed or empty. */
export function capabilityContainer(identifier: Uint8Array): Uint8Array {
  const version = Uint8Array.of(CONTAINER_VERSION);
  const [url, ...rest] = CARD_APPLICATION_URL_TO_PKCS15;
  return container(
    encodeTlv(0xf0, concatBytes(UNREGISTERED_CARD, identifier.slice(0, CARD_IDENTIFIER_BYTES))),
    encodeTlv(0xf1, version),
    encodeTlv(0xf2, version),
    encodeTlv(url, NONE),
    encodeTlv(0xf4, RECORD_OF_PKCS15),
    encodeTlv(0xf5, Uint8Array.of(PIV_DATA_MODEL)),
    ...rest.map((tag) => encodeTlv(tag, NONE)),
  );
}

/** The certificate of the log-in key, neither compressed nor on another server (part 1, table 10). */
export function authenticationCertificate(certificate: Uint8Array): Uint8Array {
  return container(encodeTlv(0x70, certificate), encodeTlv(0x71, Uint8Array.of(0x00)));
}
