import { type CommandApdu, encodeCommandApdu, parseCommandApdu } from '../../apdu/index.js';
import type { CardConnection } from './card-connection.js';
import { connectionOver } from './connection-over.js';

/** CLA bit 5: more commands of the chain follow (ISO/IEC 7816-4, 5.3.3 and 5.4.1). */
const MORE_FOLLOW = 0x10;
const SUCCESS = 0x9000;

/**
 * Lets extended commands pass a card or reader with short length fields: data beyond 255 bytes go as a chain
 * (ISO/IEC 7816-4, 5.3.3), an Le beyond 256 asks for 256, and the card gives the rest by `61xx`, so put
 * {@link withGetResponse} beneath. Short commands, and bytes that are no command, pass untouched.
 * The first status word of a link other than `9000` ends the chain and is the answer.
 */
export function withCommandChaining(inner: CardConnection): CardConnection {
  const transmit = async (bytes: Uint8Array): Promise<Uint8Array> => {
    const command = parseCommandApdu(bytes);
    if ('fault' in command || !command.extended) return inner.transmit(bytes);
    const links = chainOf(command);
    for (const link of links.slice(0, -1)) {
      const response = await inner.transmit(link);
      if (((response.at(-2)! << 8) | response.at(-1)!) !== SUCCESS) return response;
    }
    return inner.transmit(links.at(-1)!);
  };
  return connectionOver(inner, { transmit });
}

/** Short commands that together are `command`; only the last keeps its CLA and Le. */
function chainOf(command: CommandApdu): readonly Uint8Array[] {
  const { cla, ins, p1, p2, data } = command;
  const le = command.le === undefined ? undefined : Math.min(command.le, 256);
  const links: Uint8Array[] = [];
  let offset = 0;
  for (; data.length - offset > 255; offset += 255) {
    links.push(
      encodeCommandApdu({ cla: cla | MORE_FOLLOW, ins, p1, p2, data: data.subarray(offset, offset + 255) }),
    );
  }
  links.push(encodeCommandApdu({ cla, ins, p1, p2, data: data.subarray(offset), le, extended: false }));
  return links;
}
