/** A command APDU over T=0, whose header has one length and whose data go one way (ISO/IEC 7816-3:2006, 12.2). */

import {
  type ApplicationSpec,
  concatBytes,
  dataBounds,
  matchCommand,
  parseCommandApdu,
} from '../apdu/index.js';
import { NotApplicable } from './checks.js';

type Transmit = (command: Uint8Array) => Promise<Uint8Array>;

const SECURE_MESSAGING = 0x0c;
const CHANNEL = 0x03;
const CHAINING_AND_CHANNEL = 0x13;

/**
 * The response APDU: with an Le, what 61xx announces is fetched up to it, and 6Cxx is followed.
 * @throws {NotApplicable} for data with a command that has none: T=0 can not say that they come.
 */
export async function overT0(
  bytes: Uint8Array,
  spec: ApplicationSpec,
  transmit: Transmit,
): Promise<Uint8Array> {
  const apdu = parseCommandApdu(bytes);
  if ('fault' in apdu) return transmit(bytes);
  const { cla, ins, p1, p2, data, le } = apdu;
  if (data.length > 0 && !takesData(spec, cla, ins, p1, p2))
    throw new NotApplicable('T=0 does not say that data come: to the card this command has none');
  let response = await transmit(bytes);
  if (le === undefined) return response;
  if (response.at(-2) === 0x6c && data.length === 0 && response.at(-1)! < le)
    response = await transmit(Uint8Array.of(cla, ins, p1, p2, response.at(-1)!));
  const parts = [response.subarray(0, -2)];
  let length = parts[0]!.length;
  while (response.at(-2) === 0x61 && length < le) {
    const next = Math.min(response.at(-1)! || 256, le - length);
    response = await transmit(Uint8Array.of(cla & CHANNEL, 0xc0, 0x00, 0x00, next & 0xff));
    if (response.length <= 2) break;
    parts.push(response.subarray(0, -2));
    length += response.length - 2;
  }
  return concatBytes(...parts, response.subarray(-2));
}

/** As both ends of T=0 know it from the specification; what nobody declares may have data. */
function takesData(spec: ApplicationSpec, cla: number, ins: number, p1: number, p2: number): boolean {
  if ((cla & SECURE_MESSAGING) !== 0) return true;
  const command = matchCommand(spec, cla & ~CHAINING_AND_CHANNEL, ins, p1, p2);
  if (typeof command === 'string' || dataBounds(command.data).max > 0) return true;
  // where there is no answer either, the length can only count data
  return dataBounds(command.response).max === 0;
}
