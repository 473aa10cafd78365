/** The cards that a command line names, as targets of the conformance suite. */

import {
  APPLICATIONS,
  type ApplicationSpec,
  fromHex,
  type SpecificationDocument,
} from '../../../apdu/index.js';
import type { CardStatement, ConformanceTarget } from '../../../conformance/index.js';
import { type CardConnection, connectLine, withTracing } from '../../../reader-drivers/index.js';
import { CliError, EXIT } from '../cli-error.js';
import { CARD_KINDS, type CardKindName, profileNamed } from '../simulated-card.js';
import { simulatorTarget } from '../simulator-target.js';
import { connectTarget, openTarget, parseTarget, type ReaderTarget, resetOf } from '../target.js';
import type { TraceFile } from '../trace/trace-file.js';
import { appletTargets, namesApplet } from './applet-target.js';

export type TargetArguments = {
  readonly target: string;
  readonly application: CardKindName | 'both';
  /** The one card of a reader was personalised by this suite, from this seed. */
  readonly personalisedWithSeed?: number;
  readonly statement?: CardStatement | undefined;
  /** The vendor's specification that the card is to follow, instead of this project's. */
  readonly specification?: SpecificationDocument | undefined;
};

const KINDS = Object.keys(CARD_KINDS) as CardKindName[];

/** @throws {CliError} for a text that names no target, or a card that can not be reached or has nothing to test. */
export async function targetsOf(arguments_: TargetArguments): Promise<readonly ConformanceTarget[]> {
  const { target: text, application, specification } = arguments_;
  if (namesApplet(text)) return appletTargets(text, specification);
  const target = parseTarget(text);
  if (target.kind === 'sim') {
    if (specification)
      throw new CliError(
        "The simulated cards follow this project's specification; --spec goes with applet:MODULE or a reader.",
      );
    const profile = profileNamed(target.profile ?? 'default');
    return wanted(application).map((kind) => simulatorTarget(text, kind, profile));
  }
  const found = await applicationsOf(target, arguments_);
  return found.map((kind) => readerTarget(text, target, kind, arguments_.personalisedWithSeed));
}

/** The same targets, each exchange written into a trace. */
export function traced(targets: readonly ConformanceTarget[], file: TraceFile): readonly ConformanceTarget[] {
  return targets.map((target) => {
    const observe = file.observer(`${target.name} ${target.application}`);
    const watch = async (connecting: Promise<CardConnection>) => withTracing(await connecting, observe);
    const { freshCard } = target;
    return {
      ...target,
      connect: () => watch(target.connect()),
      ...(freshCard ? { freshCard: () => tracedCard(freshCard.call(target), watch) } : {}),
    };
  });
}

type Fresh = ReturnType<NonNullable<ConformanceTarget['freshCard']>>;

function tracedCard(
  card: Fresh,
  watch: (connecting: Promise<CardConnection>) => Promise<CardConnection>,
): Fresh {
  const { copy, openLine } = card;
  return {
    connect: () => watch(card.connect()),
    ...(openLine ? { openLine: (first) => openLine.call(card, first) } : {}),
    ...(copy ? { copy: () => tracedCard(copy.call(card), watch) } : {}),
  };
}

function readerTarget(
  text: string,
  target: ReaderTarget,
  application: string,
  personalisedWithSeed: number | undefined,
): ConformanceTarget {
  return {
    name: text,
    kind: target.kind,
    ...(target.kind === 'pcsc' && target.reader !== undefined ? { reader: target.reader } : {}),
    ...(target.kind === 'pcsc' ? {} : { reader: target.path }),
    application,
    connect: () => openTarget(target, { exclusive: true }),
    ...(target.kind === 'serial'
      ? {
          openLine: () => {
            const { path, reset, echo, clockHz } = target;
            return connectLine(path, {
              reset: resetOf(reset),
              echo,
              ...(clockHz === undefined ? {} : { clockHz }),
            });
          },
        }
      : {}),
    ...(personalisedWithSeed === undefined ? {} : { personalisedWithSeed }),
  };
}

/** Which of the wanted applications the card in a reader has. @throws {CliError} */
async function applicationsOf(
  target: ReaderTarget,
  { application, statement, specification, target: text }: TargetArguments,
): Promise<readonly string[]> {
  const connection = await connectTarget(target, { exclusive: true });
  try {
    // for a card of somebody else's one set of cases is enough: those for any application
    if (statement?.aid !== undefined) return ['patient'];
    const found: string[] = [];
    const names: readonly string[] = wanted(application);
    const applications: readonly ApplicationSpec[] =
      specification?.applications ?? APPLICATIONS.filter(({ id }) => names.includes(id));
    for (const one of applications) if (await selects(connection, one)) found.push(one.id);
    if (found.length > 0) return found;
  } finally {
    await connection.close().catch(() => undefined);
  }
  throw new CliError(
    `The card at ${text} has none of the applications under test; --ics with an "aid" runs the ISO subset on another one.`,
    EXIT.unreachable,
  );
}

async function selects(connection: CardConnection, { aid: name }: ApplicationSpec): Promise<boolean> {
  const aid = fromHex(name);
  const command = Uint8Array.of(0x00, 0xa4, 0x04, 0x0c, aid.length, ...aid);
  const response = await connection.transmit(command).catch(() => new Uint8Array(2));
  return response.at(-2) === 0x90;
}

function wanted(application: TargetArguments['application']): readonly CardKindName[] {
  return application === 'both' ? KINDS : [application];
}
