/** In which direction the data of a command go, which T=0 leaves to the ends to know. */

import { type ApplicationSpec, type CommandSpec, dataBounds, matchCommand } from '../../apdu/index.js';

const SECURE_MESSAGING = 0x0c;
const CHANNEL_CHAINING_AND_MESSAGING = 0x1f;

/**
 * Whether data come with the command of a header, by the specifications of what is on the card. Protected commands
 * always have data; what nobody specifies has none, and is refused without a byte of it.
 */
export function takesDataBy(applications: readonly ApplicationSpec[]): (header: Uint8Array) => boolean {
  return ([cla = 0, ins = 0, p1 = 0, p2 = 0]) => {
    if ((cla & SECURE_MESSAGING) !== 0) return true;
    const plain = cla & ~CHANNEL_CHAINING_AND_MESSAGING;
    return applications.some((application) => {
      const command = matchCommand(application, plain, ins, p1, p2);
      // where there is no answer either, P3 can only count data, and 0 says that there are none (12.2.1)
      return typeof command !== 'string' && (dataBounds(command.data).max !== 0 || !hasAnswer(command));
    });
  };
}

function hasAnswer({ response }: CommandSpec): boolean {
  return dataBounds(response).max !== 0;
}
