/** The data fields of one exchange, unwrapped from secure messaging and decoded. */

import { toHex } from '../bytes.js';
import type { CommandApdu } from '../command-apdu.js';
import { parseProtectedCommandData, parseProtectedResponse } from '../secure-messaging.js';
import { TlvError } from '../tlv.js';
import type { CardView, FoundCommand } from './card-view.js';
import { splitClassByte } from './class-byte.js';
import {
  type DecodedObject,
  decodeField,
  decodeObjects,
  rawObject,
  secretObject,
  templateHasSecret,
} from './decoded-object.js';
import type { DataField, FileSpec } from './specification.js';

/** The data objects of a command. `data` is that of all links. */
export function decodeRequest(
  card: CardView,
  found: FoundCommand,
  apdu: CommandApdu,
  data: Uint8Array,
): { readonly objects: readonly DecodedObject[]; readonly plain: Uint8Array; readonly protected: boolean } {
  if (!splitClassByte(apdu.cla).protected) {
    return { objects: plainRequest(card, found, data), plain: data, protected: false };
  }
  const wrapped = attempt(() => parseProtectedCommandData(data));
  if ('fault' in wrapped) {
    const objects = [unreadable(found.secretRequest, data, wrapped.fault)];
    return { objects, plain: new Uint8Array(0), protected: true };
  }
  const { plain, checksum } = wrapped.value;
  return {
    objects: [...(plain ? plainRequest(card, found, plain) : []), checksumObject(checksum)],
    plain: plain ?? new Uint8Array(0),
    protected: true,
  };
}

/**
 * The data objects and the status word of an answer; under secure messaging the status inside
 * counts. `file` is the one that a command which reads a file addressed.
 */
export function decodeResponse(
  found: FoundCommand,
  file: FileSpec | undefined,
  isProtected: boolean,
  data: Uint8Array,
  sw: number | undefined,
): { readonly objects: readonly DecodedObject[]; readonly sw: number | undefined } {
  // a card that refuses the protection itself answers without it (clause 10.3)
  if (!isProtected || data.length === 0) return { objects: plainResponse(found, file, data, sw), sw };
  const wrapped = attempt(() => parseProtectedResponse(data));
  if ('fault' in wrapped) return { objects: [unreadable(found.secretResponse, data, wrapped.fault)], sw };
  const { plain, checksum } = wrapped.value;
  return {
    objects: [
      ...(plain ? plainResponse(found, file, plain, wrapped.value.sw) : []),
      checksumObject(checksum),
    ],
    sw: wrapped.value.sw,
  };
}

function plainRequest(card: CardView, found: FoundCommand, data: Uint8Array): readonly DecodedObject[] {
  const { command } = found;
  if (!command) return data.length === 0 ? [] : [unreadable(found.secretRequest, data, undefined)];
  const { algorithm } = card;
  if (command.access === 'by algorithm' && command.data.kind === 'bytes' && algorithm) {
    const fields = attempt(() => decodeObjects(algorithm.input, data));
    if ('value' in fields) return fields.value;
    return [unreadable(found.secretRequest, data, fields.fault)];
  }
  return decodeField(command.data, data);
}

function plainResponse(
  found: FoundCommand,
  file: FileSpec | undefined,
  data: Uint8Array,
  sw: number | undefined,
): readonly DecodedObject[] {
  const { command } = found;
  // a refusal has no data; what comes nevertheless is shown as it is
  const refused = sw === undefined || (sw !== 0x9000 && sw >> 8 !== 0x61 && sw >> 8 !== 0x62);
  if (data.length === 0 && (refused || command === undefined)) return [];
  const undeclared = command?.response.kind === 'none' && data.length > 0;
  if (!command || refused || undeclared) {
    return [unreadable(found.secretResponse, data, undeclared ? 'no data expected' : undefined)];
  }
  if (command.access === 'by file' && command.response.kind === 'bytes' && file) {
    return fileContent(file, { ...command.response, name: `${file.name}, ${command.response.name}` }, data);
  }
  return decodeField(command.response, data);
}

/** The data objects of a record; of one that is not as declared no byte is shown if it may hold a secret. */
function fileContent(file: FileSpec, field: DataField, data: Uint8Array): readonly DecodedObject[] {
  const { content } = file;
  if (!content) return decodeField(field, data);
  const objects = attempt(() => decodeObjects(content, data));
  return 'value' in objects ? objects.value : [unreadable(templateHasSecret(content), data, objects.fault)];
}

function unreadable(secret: boolean, data: Uint8Array, fault: string | undefined): DecodedObject {
  // the reason may quote a byte of the secret, as a tag
  return secret ? secretObject('data', data, fault && 'not as declared') : rawObject('data', data, fault);
}

function checksumObject(checksum: Uint8Array): DecodedObject {
  return { name: 'cryptographic checksum', tag: '8e', length: checksum.length, value: toHex(checksum) };
}

function attempt<T>(parse: () => T): { readonly value: T } | { readonly fault: string } {
  try {
    return { value: parse() };
  } catch (error) {
    if (error instanceof TlvError) return { fault: error.message };
    throw error;
  }
}
