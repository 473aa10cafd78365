import { concatBytes, encodeCommandApdu, parseCommandApdu } from '../../apdu/index.js';
import type { CardConnection } from './card-connection.js';
import { connectionOver } from './connection-over.js';
import { TransportError } from './transport-error.js';

/** Where the loop over `61xx` stops; the defaults hold the longest response a card can give (65,536 bytes). */
export type GetResponseLimits = { readonly maxRounds?: number; readonly maxLength?: number };

const GET_RESPONSE = 0xc0;

/**
 * Collects answers that arrive in parts: after `61xx` it sends GET RESPONSE and joins the data (ISO/IEC 7816-4,
 * 5.3.4); after `6Cxx` it repeats the command once with the right Le (5.6, table 6: the command was not executed).
 * @throws {TransportError} `protocol` when the card keeps announcing bytes without giving any, or beyond the limits.
 */
export function withGetResponse(inner: CardConnection, limits: GetResponseLimits = {}): CardConnection {
  const { maxRounds = 1024, maxLength = 65_536 } = limits;

  const rightLength = async (command: Uint8Array): Promise<Uint8Array> => {
    const response = await inner.transmit(command);
    if (response.length !== 2 || response[0] !== 0x6c) return response;
    const repeated = withLe(command, response[1]! || 256);
    return repeated === undefined ? response : inner.transmit(repeated);
  };

  const transmit = async (command: Uint8Array): Promise<Uint8Array> => {
    let response = await rightLength(command);
    if (response.at(-2) !== 0x61) return response;
    const parts: Uint8Array[] = [];
    let length = 0;
    for (let round = 1; response.at(-2) === 0x61; round++) {
      const data = response.subarray(0, -2);
      parts.push(data);
      length += data.length;
      // The first 61xx may come without data (always under T=0, ISO/IEC 7816-3, 12.2.1); a later one may not.
      const stuck = round > 1 && data.length === 0;
      if (stuck || round > maxRounds || length > maxLength) {
        throw new TransportError(
          'protocol',
          `the card announces more data without end: ${round} rounds, ${length} bytes`,
        );
      }
      response = await rightLength(
        encodeCommandApdu({
          cla: claOf(command),
          ins: GET_RESPONSE,
          p1: 0,
          p2: 0,
          le: response.at(-1)! || 256,
        }),
      );
    }
    return concatBytes(...parts, response);
  };
  return connectionOver(inner, { transmit });
}

/** CLA of GET RESPONSE: the logical channel of the command, no chaining, no secure messaging (ISO/IEC 7816-4, 5.4.1). */
function claOf(command: Uint8Array): number {
  const cla = command[0]!;
  return (cla & 0xc0) === 0x40 ? 0x40 | (cla & 0x0f) : cla & 0x03;
}

/** The command asking for `le` bytes; undefined when it is malformed or asked for none. */
function withLe(bytes: Uint8Array, le: number): Uint8Array | undefined {
  const command = parseCommandApdu(bytes);
  if ('fault' in command || (command.le === undefined && command.data.length > 0)) return undefined;
  return encodeCommandApdu({ ...command, le });
}
