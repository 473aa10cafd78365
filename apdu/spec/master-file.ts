/** The master file of both cards: what a reader finds before it knows any application (ISO/IEC 7816-4:2020, 7.2 and 12.3). */

import { concatBytes, fromHex, uintToBytes, utf8ToBytes } from '../bytes.js';
import { encodeTlv } from '../tlv.js';
import type { ApplicationSpec, DirectorySpec, FileSpec } from './specification.js';

/**
 * Card capabilities, the same in the historical bytes and in EF.ATR/INFO (12.2.1.9): selection by
 * full and partial name, path and file identifier, short EF identifiers and record numbers; data
 * units of one byte; command chaining.
 */
export const CARD_CAPABILITIES: Uint8Array = fromHex('F6 01 80');

/** Historical bytes of both cards (12.1.1): category 80, card capabilities 73. They tell no two cards apart. */
export const HISTORICAL_BYTES: Uint8Array = concatBytes(fromHex('80 73'), CARD_CAPABILITIES);

const files = {
  directory: {
    name: 'EF.DIR',
    summary: 'One application template for each application on the card: identifier, label and path.',
    fid: 0x2f00,
    sfi: 30,
    structure: 'transparent',
    size: 192,
    records: 0,
    read: 'always',
  },
  information: {
    name: 'EF.ATR/INFO',
    summary:
      'Capabilities of the card, and the longest APDUs where lengths may be extended. Nothing in it tells two cards of a kind apart.',
    fid: 0x2f01,
    sfi: 1,
    structure: 'transparent',
    size: 32,
    records: 0,
    read: 'always',
  },
} as const satisfies Record<string, FileSpec>;

/** Selected after a reset; its files are made of the specification and take no memory. */
export const MASTER_FILE = {
  name: 'master file',
  fid: 0x3f00,
  files,
} as const satisfies DirectorySpec;

/** Content of EF.DIR: application templates 61 with identifier 4F, label 50 of at most 16 bytes, and path 51 (12.3.2). */
export function directoryContent(
  applications: readonly Pick<ApplicationSpec, 'aid' | 'id' | 'fid'>[],
): Uint8Array {
  const templates = applications.map(({ aid, id, fid }) => {
    const path = concatBytes(uintToBytes(MASTER_FILE.fid, 2), uintToBytes(fid, 2));
    return encodeTlv(
      0x61,
      concatBytes(encodeTlv(0x4f, fromHex(aid)), encodeTlv(0x50, utf8ToBytes(id)), encodeTlv(0x51, path)),
    );
  });
  return concatBytes(...templates);
}

/**
 * Content of EF.ATR/INFO: capabilities 43, and where Lc and Le may be extended the longest command
 * and response APDU in 7F66 (12.7.1), both as long as the APDU buffer.
 */
export function informationContent(extendedApduBytes: number | undefined): Uint8Array {
  const capabilities = encodeTlv(0x43, CARD_CAPABILITIES);
  if (extendedApduBytes === undefined) return capabilities;
  const length = encodeTlv(0x02, Uint8Array.of(extendedApduBytes >> 8, extendedApduBytes & 0xff));
  return concatBytes(capabilities, encodeTlv(0x7f66, concatBytes(length, length)));
}
