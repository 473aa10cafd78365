/** Data objects that are missing, doubled, out of order, of a wrong length or unknown. */

import { type CommandSpec, SW } from '../../apdu/index.js';
import { checkStatus } from '../checks.js';
import { firstAccepted, sendCommand } from './command-sender.js';
import type { Plan } from './maker.js';
import { malformations } from './sample-data.js';

export function malformedDataPlans(command: CommandSpec): readonly Plan[] {
  return malformations(command).map(({ name, title, data }) => ({
    name,
    title: `data with ${title} are refused`,
    clause: `${command.clause}; ISO/IEC 7816-4:2020, 5.6 (6A80)`,
    async run(card) {
      const sent = { p1: firstAccepted(command.p1), p2: firstAccepted(command.p2), data };
      checkStatus(await sendCommand(card, command, sent), SW.incorrectData, SW.wrongLength);
    },
  }));
}
