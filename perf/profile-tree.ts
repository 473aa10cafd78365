/** Where predicted time goes, as a tree: phase, command, the card's functions, their lines and what they asked for. */
import type { CardProfile, CardTiming } from './card-profile.js';
import { type CostOptions, type CostPart, commandCost, copyCost, keyCost } from './command-cost.js';
import type { CommandFigures } from './command-figures.js';
import { type Cost, costOf } from './cost-interval.js';
import { linesOf, ownEvents, type PlatformEvent } from './metering/call-tree.js';
import type { CountedFunction } from './metering/counted-block.js';
import type { CallNode } from './metering/counters.js';
import { pageWritePrice } from './nvm-price.js';
import { operationCost } from './operation-cost.js';
import { bytecodeCost } from './platform.js';
import { scaled } from './price-sum.js';

/** One frame with the time that is its own and that of the frames within, ms. */
export type ProfileFrame = {
  readonly name: string;
  /** Source of a function or a line. */
  readonly file?: string;
  readonly line?: number;
  /** What kind of time a leaf is. */
  readonly part?: CostPart;
  readonly ms: number;
  readonly children: readonly ProfileFrame[];
};

/** One command with its call trees. */
export type TracedCommand = {
  readonly phase: string;
  readonly card: string;
  readonly name: string;
  readonly figures: CommandFigures;
  readonly code: Parameters<typeof commandCost>[2];
  readonly trees: readonly CallNode[];
};

/** The whole run as one frame; what has no figure takes no time here, the report says what that is. */
export function profileTree(
  profile: CardProfile,
  commands: readonly TracedCommand[],
  functions: readonly CountedFunction[],
  options: CostOptions,
): ProfileFrame {
  const { timing } = profile;
  const phases = [...new Set(commands.map(({ phase }) => phase))].map((phase) => {
    const own = commands.filter((command) => command.phase === phase);
    return parent(
      phase,
      timing === null
        ? []
        : own.map((command) => commandFrame({ profile, timing, functions, options }, command)),
    );
  });
  return parent(`${profile.title}, ${options.platform}`, phases);
}

type Context = {
  readonly profile: CardProfile;
  readonly timing: CardTiming;
  readonly functions: readonly CountedFunction[];
  readonly options: CostOptions;
};

function commandFrame(context: Context, command: TracedCommand): ProfileFrame {
  const { profile, options } = context;
  const { wire, host } = commandCost(profile, command.figures, command.code, options).parts;
  return parent(`${command.card}: ${command.name}`, [
    ...command.trees.flatMap((tree) => callFrames(context, tree)),
    leaf('wire', 'wire', wire),
    leaf('host', 'host', host),
  ]);
}

function callFrames(context: Context, node: CallNode): readonly ProfileFrame[] {
  const own = [
    ...lineFrames(context, node),
    ...ownEvents(node).map((event) => eventFrame(context, event)),
    ...node.children.flatMap((child) => callFrames(context, child)),
  ].filter(({ ms }) => ms > 0);
  if (node.fn < 0) return own;
  const { name, file, line } = context.functions[node.fn]!;
  return [{ ...parent(name, own), file, line }];
}

function lineFrames({ timing, functions, options }: Context, node: CallNode): readonly ProfileFrame[] {
  if (node.fn < 0) return [];
  const { file } = functions[node.fn]!;
  return [...linesOf(node, functions)].map(([line, count]) => ({
    ...leaf(`${file}:${line}`, 'bytecode', bytecodeCost(timing, options.platform, count)),
    file,
    line,
  }));
}

function eventFrame({ profile, timing, options: { platform } }: Context, event: PlatformEvent): ProfileFrame {
  const { kind, name, length, count } = event;
  if (kind === 'key') return leaf(`key for ${name}`, 'crypto', keyCost(timing, platform, event));
  if (kind === 'page') {
    return leaf('page write', 'nvm', costOf(scaled(pageWritePrice(profile, timing), count)));
  }
  if (kind === 'copy' || name === 'ram-copy') {
    const copy = { ...event, kind: 'copy', name: kind === 'copy' ? name : 'R2R' } as const;
    return leaf(`${copy.name} copy`, 'ram', copyCost(timing, platform, copy));
  }
  return leaf(name, 'crypto', operationCost(profile, timing, platform, { name, length, count }));
}

function leaf(name: string, part: CostPart, cost: Cost): ProfileFrame {
  return { name, part, ms: cost.ms ?? 0, children: [] };
}

function parent(name: string, children: readonly ProfileFrame[]): ProfileFrame {
  return { name, ms: children.reduce((sum, { ms }) => sum + ms, 0), children };
}
