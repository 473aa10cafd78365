/** Lc and the lengths of data objects: min − 1, min, max, max + 1, and Lc that is not that of the data. */

import {
  type CommandSpec,
  dataBounds,
  encodeCommandApdu,
  type StatusWord,
  SW,
  sampleData,
} from '../../apdu/index.js';
import { checkStatus, expectStatus } from '../checks.js';
import type { TestCard } from '../test-card.js';
import { checkNotRefused, firstAccepted, sendCommand } from './command-sender.js';
import type { Plan } from './maker.js';
import { permittedBounds } from './sample-data.js';

const LONGEST_LINK = 255;
const FILLER = 0x5a;
/** Status words for data that are wrong in content or in length, whichever a card finds first. */
const DATA_REFUSED = [SW.incorrectData, SW.wrongLength] as const;

export function lengthPlans(command: CommandSpec): readonly Plan[] {
  const { min, max } = dataBounds(command.data);
  const clause = `${command.clause}; ISO/IEC 7816-4:2020, 5.6 (6700)`;
  const plans: Plan[] = [];
  const refused = (name: string, title: string, data: Uint8Array, ...allowed: readonly StatusWord[]) =>
    plans.push({
      name,
      title,
      clause,
      run: async (card) => {
        checkStatus(await send(card, command, data), ...allowed, ...selectionOf(command));
      },
    });
  // below that length only data objects in a chain are longer than one command
  if (max < LONGEST_LINK || command.chaining) {
    const long = new Uint8Array(max + 1).fill(FILLER);
    refused('lc-too-long', `${max + 1} bytes of data are one too many`, long, ...tooLong(command));
  }
  if (min > 0 && command.data.kind === 'bytes') {
    const short = new Uint8Array(min - 1).fill(FILLER);
    refused('lc-too-short', `${min - 1} bytes of data are one too few`, short, ...tooShort(command));
  }
  if (command.data.kind === 'template') {
    refused('no-data', 'the command without its data is refused', new Uint8Array(0), ...DATA_REFUSED);
  }
  return [...plans, ...permitted(command, clause), ...lcMismatch(command)];
}

function send(card: TestCard, command: CommandSpec, data: Uint8Array) {
  return sendCommand(card, command, { p1: firstAccepted(command.p1), p2: firstAccepted(command.p2), data });
}

/** What opens the secure channel comes in a protection of its own, which may be found missing first. */
function unprotected({ secureMessaging }: CommandSpec): readonly StatusWord[] {
  return secureMessaging === undefined ? [] : [SW.securityStatusNotSatisfied, SW.conditionsNotSatisfied];
}

function tooLong(command: CommandSpec): readonly StatusWord[] {
  // data objects that are no data objects may be found out first
  const refused = command.data.kind === 'template' ? DATA_REFUSED : [SW.wrongLength];
  return [...refused, ...unprotected(command)];
}

function tooShort(command: CommandSpec): readonly StatusWord[] {
  return [...DATA_REFUSED, ...unprotected(command)];
}

/** SELECT looks for what it was given: a name of a wrong length is found nowhere. */
function selectionOf(command: CommandSpec): readonly StatusWord[] {
  return command.id === 'select' ? [SW.fileNotFound, SW.incorrectData] : [];
}

/** Data at every bound, whatever else is wrong with them, are not refused for their length. */
function permitted(command: CommandSpec, clause: string): readonly Plan[] {
  const bounds = permittedBounds(command.data).filter(
    ({ data }) => data.length > 0 && (data.length <= LONGEST_LINK || command.chaining === true),
  );
  // what a SELECT names by a path must have a length of its own
  if (bounds.length === 0 || command.id === 'select') return [];
  return [
    {
      name: 'data-bounds',
      title: `data of ${bounds.length} permitted lengths, each field at its least and greatest, are not refused for them`,
      clause,
      ...(command.effect === 'persistent' ? { destroys: 'runs a command that writes' } : {}),
      async run(card) {
        for (const { data } of bounds) {
          checkNotRefused(command, await send(card, command, data), SW.wrongLength);
        }
      },
    },
  ];
}

/** Lc that promises more or fewer bytes than there are: no command APDU at all (5.2). */
function lcMismatch(command: CommandSpec): readonly Plan[] {
  const data = sampleData(command.data);
  if (data.length === 0 || data.length >= LONGEST_LINK - 1) return [];
  const { cla, ins } = command;
  const header = { cla, ins, p1: firstAccepted(command.p1), p2: firstAccepted(command.p2) };
  return [1, -2]
    .map((change) => {
      const bytes = encodeCommandApdu({ ...header, data });
      bytes[4] = data.length + change;
      const what = change > 0 ? 'more than the data' : 'fewer bytes than stand behind it';
      return {
        name: change > 0 ? 'lc-beyond-data' : 'lc-short-of-data',
        title: `Lc of ${what} is refused`,
        clause: 'ISO/IEC 7816-4:2020, 5.2; 5.6 (6700)',
        async run(card: TestCard) {
          await expectStatus(card, bytes, SW.wrongLength);
        },
      };
    })
    .filter(() => data.length > 2);
}
