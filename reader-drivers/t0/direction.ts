/** In which direction the data of a command go, which T=0 leaves to the ends to know. */

import { type ApplicationSpec, matchCommand } from '../../apdu/index.js';

const SECURE_MESSAGING = 0x0c;
const CHANNEL_CHAINING_AND_MESSAGING = 0x1f;

/**
 * Whether data come with the command of a header, by the specifications of what is on the card. Protected commands
 * always have data; what nobody specifies has none, and is refused without a byte of it.
 */
export function takesDataBy(applications: readonly ApplicationSpec[]): (header: Uint8Array) => boolean {
  return (header) => {
    if ((header[0]! & SECURE_MESSAGING) !== 0) return true;
    const plain = header[0]! & ~CHANNEL_CHAINING_AND_MESSAGING;
    return applications.some((application) => {
      const command = matchCommand(application, plain, header[1]!, header[2]!, header[3]!);
      // where there is no answer either, P3 can only count data, and 0 says that there are none (12.2.1)
      return (
        typeof command !== 'string' && (command.data.kind !== 'none' || command.response.kind === 'none')
      );
    });
  };
}
