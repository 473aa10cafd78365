/** P1, P2 and the class: what is declared is not refused for itself, everything beside it is. */

import {
  type ApplicationSpec,
  type CommandSpec,
  encodeCommandApdu,
  matchCommand,
  SW,
  sampleData,
} from '../../apdu/index.js';
import { expectStatus } from '../checks.js';
import type { Bench } from './bench.js';
import {
  acceptedValues,
  checkNotRefused,
  firstAccepted,
  PARAMETER_REFUSED,
  refusedValues,
  sendCommand,
} from './command-sender.js';
import type { Plan } from './maker.js';

const LONGEST_LINK = 255;
const STATUS_CLAUSE = 'ISO/IEC 7816-4:2020, 5.6';

export function parameterPlans({ application }: Bench, command: CommandSpec): readonly Plan[] {
  return (['p1', 'p2'] as const).flatMap((which) => [
    ...undeclaredValues(application, command, which),
    ...declaredBounds(command, which),
  ]);
}

/** Data for a command whose header is wrong: what fits one short command, since nobody looks at it. */
function oneLink(command: CommandSpec): Uint8Array {
  return sampleData(command.data).subarray(0, LONGEST_LINK);
}

function undeclaredValues(
  application: ApplicationSpec,
  command: CommandSpec,
  which: 'p1' | 'p2',
): readonly Plan[] {
  const accepted = acceptedValues(command[which]);
  const near = (value: number): boolean =>
    // just beyond a bound, or one bit away: an enumeration gone wrong, a reserved bit that nobody looks at
    accepted.some((good) => Math.abs(good - value) === 1 || isOneBit(good ^ value));
  const wrong = refusedHeaders(application, command, which);
  const chosen = wrong.filter(({ value }) => near(value));
  const first = wrong[0];
  if (!first) return [];
  const clause = `${command.clause}; ${STATUS_CLAUSE} (6A86)`;
  const name = which.toUpperCase();
  return [
    {
      name: `wrong-${which}`,
      title: `a value of ${name} that is not declared is refused`,
      clause,
      run: (card) => expectRefused(card, [first.bytes]),
    },
    {
      name: `reserved-${which}`,
      title: `values of ${name} beside the declared ones, and those one bit away, are refused`,
      clause,
      run: (card) =>
        expectRefused(
          card,
          (chosen.length > 0 ? chosen : wrong.slice(-1)).map(({ bytes }) => bytes),
        ),
    },
    {
      name: `every-${which}`,
      title: `all ${wrong.length} values of ${name} that are not declared are refused`,
      clause,
      category: 'boundary',
      run: (card) =>
        expectRefused(
          card,
          wrong.map(({ bytes }) => bytes),
        ),
    },
  ];
}

type Header = { readonly p1: number; readonly p2: number };

function withValue(header: Header, which: keyof Header, value: number): Header {
  return which === 'p1' ? { ...header, p1: value } : { ...header, p2: value };
}

function isOneBit(difference: number): boolean {
  return difference !== 0 && (difference & (difference - 1)) === 0;
}

async function expectRefused(
  card: Parameters<Plan['run']>[0],
  commands: readonly Uint8Array[],
): Promise<void> {
  for (const bytes of commands) await expectStatus(card, bytes, SW.incorrectP1P2);
}

/** The commands with an undeclared value that no other command has for itself. */
function refusedHeaders(application: ApplicationSpec, command: CommandSpec, which: 'p1' | 'p2') {
  const { cla, ins } = command;
  const good = { p1: firstAccepted(command.p1), p2: firstAccepted(command.p2) };
  return refusedValues(command[which]).flatMap((value) => {
    const { p1, p2 } = withValue(good, which, value);
    if (matchCommand(application, cla, ins, p1, p2) !== 'incorrect P1-P2') return [];
    return [{ value, bytes: encodeCommandApdu({ cla, ins, p1, p2, data: oneLink(command) }) }];
  });
}

/** The least and the greatest value; whatever else the command finds wrong, it is not the parameter. */
function declaredBounds(command: CommandSpec, which: 'p1' | 'p2'): readonly Plan[] {
  const accepted = acceptedValues(command[which]);
  if (accepted.length < 2) return [];
  const good = { p1: firstAccepted(command.p1), p2: firstAccepted(command.p2) };
  const data = sampleData(command.data);
  return [
    {
      name: `${which}-bounds`,
      title: `the least and the greatest value of ${which.toUpperCase()} are not refused as P1-P2`,
      clause: `${command.clause}; ${STATUS_CLAUSE} (6A86)`,
      ...(command.effect === 'persistent' ? { destroys: 'runs a command that writes' } : {}),
      async run(card) {
        for (const value of [accepted[0]!, accepted.at(-1)!]) {
          const response = await sendCommand(card, command, { ...withValue(good, which, value), data });
          checkNotRefused(command, response, ...PARAMETER_REFUSED.slice(0, 1));
        }
      },
    },
  ];
}

/** The other class, interindustry or proprietary, and the class bits that are reserved. */
export function classPlans({ application }: Bench, command: CommandSpec): readonly Plan[] {
  const cla = command.cla ^ 0x80;
  const [p1, p2] = [firstAccepted(command.p1), firstAccepted(command.p2)];
  if (matchCommand(application, cla, command.ins, p1, p2) !== 'class not supported') return [];
  const bytes = encodeCommandApdu({ cla, ins: command.ins, p1, p2, data: oneLink(command) });
  return [
    {
      name: 'wrong-class',
      title: 'the other class, interindustry or proprietary, is refused',
      clause: `${command.clause}; ISO/IEC 7816-4:2020, 5.4.1; 5.6 (6E00, 6D00)`,
      async run(card) {
        await expectStatus(card, bytes, SW.classNotSupported, SW.instructionNotSupported);
      },
    },
  ];
}
