/** The data fields of one exchange, unwrapped from secure messaging and decoded. */

import { toHex } from '../bytes.js';
import type { CommandApdu } from '../command-apdu.js';
import { splitScp03Data } from '../scp03/message.js';
import { leToBytes, parseProtectedCommandData, parseProtectedResponse } from '../secure-messaging.js';
import type { Template } from '../template.js';
import { decodeTlvs, TlvError } from '../tlv.js';
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
  if (splitClassByte(apdu.cla).secureChannel) return secureChannelRequest(found, data);
  if (!splitClassByte(apdu.cla).protected) {
    return { objects: plainRequest(card, found, apdu, data), plain: data, protected: false };
  }
  const wrapped = attempt(() => parseProtectedCommandData(data));
  if ('fault' in wrapped) {
    const objects = [unreadable(found.secretRequest, data, wrapped.fault)];
    return { objects, plain: new Uint8Array(0), protected: true };
  }
  const { cryptogram, le, checksum } = wrapped.value;
  return {
    objects: [
      ...cryptogramObjects(cryptogram),
      ...(le === undefined ? [] : [rawObject('Le', leToBytes(le))]),
      checksumObject(checksum),
    ],
    plain: new Uint8Array(0),
    protected: true,
  };
}

/** Only the channel's ends know whether the data are encrypted: they are shown as bytes, or not at all. */
function secureChannelRequest(found: FoundCommand, data: Uint8Array) {
  const parts = splitScp03Data(data);
  const objects = parts
    ? [
        ...(parts.body.length > 0 ? [channelData(found.secretRequest, parts.body)] : []),
        checksumObject(parts.checksum),
      ]
    : [unreadable(found.secretRequest, data, 'no room for a checksum')];
  return { objects, plain: new Uint8Array(0), protected: true };
}

function channelData(secret: boolean, body: Uint8Array): DecodedObject {
  const name = 'data in the secure channel';
  return secret ? secretObject(name, body) : rawObject(name, body);
}

/**
 * The data objects and the status word of an answer; under secure messaging the status inside
 * counts. `file` is the one that a command which reads a file addressed.
 */
export function decodeResponse(
  found: FoundCommand,
  file: FileSpec | undefined,
  cla: number,
  data: Uint8Array,
  sw: number | undefined,
): { readonly objects: readonly DecodedObject[]; readonly sw: number | undefined } {
  const { secureChannel, protected: isProtected } = splitClassByte(cla);
  if (secureChannel) {
    return { objects: data.length > 0 ? [channelData(found.secretResponse, data)] : [], sw };
  }
  // a card that refuses the protection itself answers without it (clause 10.3)
  if (!isProtected || data.length === 0) return { objects: plainResponse(found, file, data, sw), sw };
  const wrapped = attempt(() => parseProtectedResponse(data));
  if ('fault' in wrapped) return { objects: [unreadable(found.secretResponse, data, wrapped.fault)], sw };
  const { cryptogram, checksum } = wrapped.value;
  return {
    objects: [...cryptogramObjects(cryptogram), checksumObject(checksum)],
    sw: wrapped.value.sw,
  };
}

function plainRequest(
  card: CardView,
  found: FoundCommand,
  apdu: CommandApdu,
  data: Uint8Array,
): readonly DecodedObject[] {
  const { command } = found;
  if (!command) return data.length === 0 ? [] : [unreadable(found.secretRequest, data, undefined)];
  const { algorithm } = card;
  if (command.access === 'by algorithm' && command.data.kind === 'bytes' && algorithm) {
    const fields = attempt(() => decodeObjects(algorithm.input, data));
    if ('value' in fields) return fields.value;
    return [unreadable(found.secretRequest, data, fields.fault)];
  }
  const file = command.access === 'by file' && data.length > 0 ? card.fileOf(apdu) : undefined;
  return file ? fileContent(file, command.data, data) : decodeField(command.data, data);
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

/** The data objects of records; of some that are not as declared no byte is shown if it may be secret. */
function fileContent(file: FileSpec, field: DataField, data: Uint8Array): readonly DecodedObject[] {
  const { content } = file;
  if (!content) return decodeField(field, data);
  const records = attempt(() => splitRecords(content, data).map((record) => decodeObjects(content, record)));
  if (!('value' in records)) return [unreadable(templateHasSecret(content), data, records.fault)];
  return records.value.flat();
}

/** Records one behind the other: each begins with the first object that is declared. */
function splitRecords(content: Template, data: Uint8Array): readonly Uint8Array[] {
  const [first] = Object.values(content);
  const starts: number[] = [];
  let offset = 0;
  for (const { tag, value } of decodeTlvs(data)) {
    if (tag === first?.tag) starts.push(offset);
    offset = value.byteOffset - data.byteOffset + value.length;
  }
  if (starts[0] !== 0) return [data];
  return starts.map((start, i) => data.subarray(start, starts[i + 1] ?? data.length));
}

function unreadable(secret: boolean, data: Uint8Array, fault: string | undefined): DecodedObject {
  // the reason may quote a byte of the secret, as a tag
  return secret ? secretObject('data', data, fault && 'not as declared') : rawObject('data', data, fault);
}

/** What only the ends of the session can read. */
function cryptogramObjects(cryptogram: Uint8Array | undefined): readonly DecodedObject[] {
  return cryptogram ? [rawObject('cryptogram', cryptogram)] : [];
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
