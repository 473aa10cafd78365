/**
 * Cases generated from the declarations: for every command of an application the first value of P1
 * and P2 that is not declared, the other class, lengths beyond the data, and malformed data where
 * state and access rule let the command get that far.
 */

import {
  type ApplicationSpec,
  acceptsParameter,
  type CommandSpec,
  dataBounds,
  encodeCommandApdu,
  matchCommand,
  type Parameter,
  type StatusWord,
  SW,
  takesSession,
} from '../../apdu/index.js';
import type { ApplicationName, ConformanceCase, Fixture } from '../case.js';
import { proveAgent } from '../cases/delegation-steps.js';
import { verifyPin } from '../cases/steps.js';
import { checkStatus, expectStatus } from '../checks.js';
import { authenticate } from '../issuer/professional-peer.js';
import type { TestCard } from '../test-card.js';
import { malformations, sampleData } from './sample-data.js';

/** Where a command can be reached, and what must be proven before. */
type Reach = {
  readonly fixture: Fixture;
  /** What getting there leaves on the card. */
  readonly destroys?: string;
  readonly prepare: (card: TestCard) => Promise<void>;
};

const LONGEST_LINK = 255;

/** Status words for data that are wrong in content or in length, whichever a card finds first. */
const DATA_REFUSED = [SW.incorrectData, SW.wrongLength] as const;

/** The generated cases of an application. */
export function declarationCases(application: ApplicationSpec): readonly ConformanceCase[] {
  return Object.values(application.commands).flatMap((command) => commandCases(application, command));
}

function commandCases(application: ApplicationSpec, command: CommandSpec): readonly ConformanceCase[] {
  const reach = reachOf(command);
  const make = (
    name: string,
    title: string,
    clause: string,
    run: (card: TestCard) => Promise<void>,
  ): ConformanceCase => ({
    id: `declaration.${application.id}-${kebab(command.id)}-${name}`,
    title: `${command.name}: ${title}`,
    clause,
    category: 'declaration',
    applications: [application.id as ApplicationName],
    fixture: reach.fixture,
    features: [],
    destructive: reach.destroys !== undefined,
    ...(reach.destroys === undefined ? {} : { reason: reach.destroys }),
    origin: 'generated',
    async run(card) {
      await reach.prepare(card);
      await run(card);
    },
  });
  return [
    ...wrongParameters(application, command, make),
    ...wrongClass(application, command, make),
    ...wrongLengths(command, make),
    ...wrongData(command, make),
  ];
}

type Make = (
  name: string,
  title: string,
  clause: string,
  run: (card: TestCard) => Promise<void>,
) => ConformanceCase;

function wrongParameters(
  application: ApplicationSpec,
  command: CommandSpec,
  make: Make,
): readonly ConformanceCase[] {
  const { cla, ins } = command;
  const [p1, p2] = [firstAccepted(command.p1), firstAccepted(command.p2)];
  const data = oneLink(command);
  // another command may have just these parameters
  const refused = (first: number, second: number): boolean =>
    matchCommand(application, cla, ins, first, second) === 'incorrect P1-P2';
  const wrong = [
    { which: 'P1', p1: values().find((value) => refused(value, p2)), p2 },
    { which: 'P2', p1, p2: values().find((value) => refused(p1, value)) },
  ];
  return wrong.flatMap(({ which, p1: first, p2: second }) => {
    if (first === undefined || second === undefined) return [];
    const bytes = encodeCommandApdu({ cla, ins, p1: first, p2: second, data });
    return [
      make(
        `wrong-${which.toLowerCase()}`,
        `a value of ${which} that is not declared is refused`,
        `${command.clause}; ISO/IEC 7816-4:2020, 5.6 (6A86)`,
        async (card) => {
          await expectStatus(card, bytes, SW.incorrectP1P2);
        },
      ),
    ];
  });
}

/** Data for a command whose header is wrong: what fits one short command, since nobody looks at it. */
function oneLink(command: CommandSpec): Uint8Array {
  return sampleData(command.data).subarray(0, LONGEST_LINK);
}

function wrongClass(
  application: ApplicationSpec,
  command: CommandSpec,
  make: Make,
): readonly ConformanceCase[] {
  const cla = command.cla ^ 0x80;
  const [p1, p2] = [firstAccepted(command.p1), firstAccepted(command.p2)];
  if (matchCommand(application, cla, command.ins, p1, p2) !== 'class not supported') return [];
  const bytes = encodeCommandApdu({ cla, ins: command.ins, p1, p2, data: oneLink(command) });
  return [
    make(
      'wrong-class',
      'the other class, interindustry or proprietary, is refused',
      `${command.clause}; ISO/IEC 7816-4:2020, 5.4.1; 5.6 (6E00, 6D00)`,
      async (card) => {
        await expectStatus(card, bytes, SW.classNotSupported, SW.instructionNotSupported);
      },
    ),
  ];
}

function wrongLengths(command: CommandSpec, make: Make): readonly ConformanceCase[] {
  const { min, max } = dataBounds(command.data);
  const clause = `${command.clause}; ISO/IEC 7816-4:2020, 5.6 (6700)`;
  const cases: ConformanceCase[] = [];
  // below that length only data objects in a chain are longer than one command
  if (max < LONGEST_LINK || command.chaining) {
    cases.push(
      make('lc-too-long', `${max + 1} bytes of data are one too many`, clause, async (card) => {
        const data = new Uint8Array(max + 1).fill(0x5a);
        await expectAnswer(card, command, data, ...tooLong(command));
      }),
    );
  }
  if (min > 0 && command.data.kind === 'bytes') {
    cases.push(
      make('lc-too-short', `${min - 1} bytes of data are one too few`, clause, async (card) => {
        const data = new Uint8Array(min - 1).fill(0x5a);
        await expectAnswer(
          card,
          command,
          data,
          SW.wrongLength,
          SW.incorrectData,
          ...protectionOf(command),
          ...selectionOf(command),
        );
      }),
    );
  }
  if (command.data.kind === 'template' && !command.secureMessaging) {
    cases.push(
      make('no-data', 'the command without its data is refused', clause, async (card) => {
        await expectAnswer(card, command, new Uint8Array(0), ...DATA_REFUSED);
      }),
    );
  }
  return cases;
}

/** Sends a command with these data, in the session if its role has one, and checks the answer. */
async function expectAnswer(
  card: TestCard,
  command: CommandSpec,
  data: Uint8Array,
  ...allowed: readonly StatusWord[]
): Promise<void> {
  const { cla, ins } = command;
  const fields = { cla, ins, p1: firstAccepted(command.p1), p2: firstAccepted(command.p2), data };
  const answer = takesSession(command) ? card.transmitInSession(fields) : card.transmit(fields);
  checkStatus(await answer, ...allowed);
}

/** A command of personalisation may miss its secure channel first. */
function protectionOf({ secureMessaging }: CommandSpec) {
  return secureMessaging === undefined ? [] : [SW.securityStatusNotSatisfied];
}

/** Lc too long: 6700. */
function tooLong(command: CommandSpec) {
  return [SW.wrongLength, ...protectionOf(command), ...selectionOf(command)];
}

/** SELECT looks for what it was given: a name of a wrong length is found nowhere. */
function selectionOf(command: CommandSpec) {
  return command.id === 'select' ? [SW.fileNotFound, SW.incorrectData] : [];
}

function wrongData(command: CommandSpec, make: Make): readonly ConformanceCase[] {
  if (command.secureMessaging) return [];
  return malformations(command).map(({ name, title, data }) =>
    make(
      name,
      `data with ${title} are refused`,
      `${command.clause}; ISO/IEC 7816-4:2020, 5.6 (6A80)`,
      async (card) => {
        await expectAnswer(card, command, data, SW.incorrectData);
      },
    ),
  );
}

/** PIN where one may be verified, an agent's where the rule says so, and the role that the access rule names. */
function reachOf(command: CommandSpec): Reach {
  const operational = !command.states.includes('initialisation');
  if (!operational) return { fixture: 'blank', prepare: async () => undefined };
  const rule = JSON.stringify(command.access);
  const role = /"role":"(doctor|staff|pharmacy|nhi)"/.exec(rule)?.[1] as 'doctor' | 'pharmacy' | undefined;
  return {
    fixture: 'operational',
    ...(rule.includes('"agent"') ? { destroys: 'fills a slot for an agent' } : {}),
    async prepare(card) {
      if (rule.includes('"agent"')) await proveAgent(card);
      else if (rule.includes('"pin"') || command.access === 'by algorithm') await verifyPin(card);
      if (role) await authenticate(card, role);
    },
  };
}

function firstAccepted(parameter: Parameter): number {
  return values().find((value) => acceptsParameter(parameter, value))!;
}

function values(): readonly number[] {
  return Array.from({ length: 256 }, (_, value) => value);
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
