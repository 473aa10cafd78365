/** Prices a whole run of cards on one profile: by command, by phase and altogether. Pure: no files, no clock. */
import type { CardProfile, FigureLabel } from './card-profile.js';
import {
  COST_PARTS,
  type CodeFigures,
  type CommandCost,
  type CostOptions,
  type CostPart,
  commandCost,
} from './command-cost.js';
import type { CommandFigures, OperationCount } from './command-figures.js';
import { type Cost, sumCosts } from './cost-interval.js';
import type { BytecodeCount } from './metering/counted-block.js';
import { operationCost } from './operation-cost.js';
import type { Platform } from './platform.js';

/** One command of a run, in order. */
export type ReportedCommand = {
  readonly phase: string;
  /** Whose card. */
  readonly card: string;
  readonly name: string;
  readonly figures: CommandFigures;
  readonly code: CodeFigures;
  /** Deepest nesting of calls in the card's code. */
  readonly callDepth: number;
};

/** ms rounded to a microsecond; null is "no data". */
export type ReportedCost = {
  readonly ms: number | null;
  readonly lowMs: number | null;
  readonly highMs: number | null;
  readonly label: FigureLabel | null;
  readonly parts: Readonly<Record<CostPart, number | null>>;
  readonly missing: readonly string[];
};

/** Model units of one command or of several. */
export type ReportedUnits = {
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly ramPeakBytes: number;
  readonly nvmBytes: number;
  readonly nvmPageWrites: number;
  readonly callDepth: number;
  readonly bytecodes: BytecodeCount;
};

export type CardReportCommand = ReportedUnits &
  ReportedCost & {
    readonly phase: string;
    readonly card: string;
    readonly name: string;
    readonly operations: readonly (OperationCount & {
      readonly ms: number | null;
      readonly label: FigureLabel | null;
    })[];
  };

export type CardReportPhase = ReportedUnits &
  ReportedCost & { readonly phase: string; readonly commands: number };

export type CardReport = {
  readonly profile: string;
  readonly title: string;
  readonly platform: Platform;
  readonly transport: string;
  readonly total: ReportedUnits & ReportedCost;
  readonly phases: readonly CardReportPhase[];
  readonly commands: readonly CardReportCommand[];
};

/** Prices every command of a run on one card. */
export function reportCard(
  profile: CardProfile,
  commands: readonly ReportedCommand[],
  options: CostOptions,
): CardReport {
  const priced = commands.map((command) => ({
    command,
    cost: commandCost(profile, command.figures, command.code, options),
  }));
  const phases = [...new Set(commands.map(({ phase }) => phase))];
  return {
    profile: profile.id,
    title: profile.title,
    platform: options.platform,
    transport: (options.wire ?? profile.timing?.wire)?.kind ?? 'none',
    total: together(priced),
    phases: phases.map((phase) => {
      const own = priced.filter(({ command }) => command.phase === phase);
      return { phase, commands: own.length, ...together(own) };
    }),
    commands: priced.map(({ command, cost }) => reportCommand(profile, command, cost, options)),
  };
}

type Priced = { readonly command: ReportedCommand; readonly cost: CommandCost };

function together(priced: readonly Priced[]): ReportedUnits & ReportedCost {
  const partSum = (part: CostPart) => sumCosts(priced.map(({ cost }) => cost.parts[part]));
  const parts = Object.fromEntries(COST_PARTS.map((part) => [part, partSum(part)])) as CommandCost['parts'];
  return {
    ...priced.map(({ command }) => unitsOf(command)).reduce(plusUnits, NO_UNITS),
    ...reportedCost({ total: sumCosts(priced.map(({ cost }) => cost.total)), parts }),
  };
}

function reportCommand(
  profile: CardProfile,
  command: ReportedCommand,
  cost: CommandCost,
  { platform }: CostOptions,
): CardReportCommand {
  const { timing } = profile;
  return {
    phase: command.phase,
    card: command.card,
    name: command.name,
    ...unitsOf(command),
    ...reportedCost(cost),
    operations: command.figures.operations.map((operation) => {
      const price = timing ? operationCost(profile, timing, platform, operation) : null;
      const { name, length, count } = operation;
      const known = price !== null && price.ms !== null;
      return { name, length, count, ms: known ? roundMs(price.ms) : null, label: known ? price.label : null };
    }),
  };
}

function reportedCost({ total, parts }: CommandCost): ReportedCost {
  const entries = COST_PARTS.map((part) => [part, roundMs(parts[part].ms)]);
  const rounded = Object.fromEntries(entries) as ReportedCost['parts'];
  const none = { ms: null, lowMs: null, highMs: null, label: null };
  return {
    ...(total.ms === null ? none : roundedCost(total)),
    parts: rounded,
    missing: total.ms === null ? total.missing : [],
  };
}

function roundedCost(cost: Extract<Cost, { ms: number }>) {
  return {
    ms: roundMs(cost.ms),
    lowMs: roundMs(cost.lowMs),
    highMs: roundMs(cost.highMs),
    label: cost.label,
  };
}

const NO_UNITS: ReportedUnits = {
  bytesIn: 0,
  bytesOut: 0,
  ramPeakBytes: 0,
  nvmBytes: 0,
  nvmPageWrites: 0,
  callDepth: 0,
  bytecodes: { local: 0, memory: 0, invoke: 0 },
};

function unitsOf({ figures, code, callDepth }: ReportedCommand): ReportedUnits {
  const { bytesIn, bytesOut, ramPeakBytes, nvmBytes, nvmPageWrites } = figures;
  return { bytesIn, bytesOut, ramPeakBytes, nvmBytes, nvmPageWrites, callDepth, bytecodes: code.bytecodes };
}

/** Sums, and the highest of RAM and of calls. */
function plusUnits(a: ReportedUnits, b: ReportedUnits): ReportedUnits {
  return {
    bytesIn: a.bytesIn + b.bytesIn,
    bytesOut: a.bytesOut + b.bytesOut,
    ramPeakBytes: Math.max(a.ramPeakBytes, b.ramPeakBytes),
    nvmBytes: a.nvmBytes + b.nvmBytes,
    nvmPageWrites: a.nvmPageWrites + b.nvmPageWrites,
    callDepth: Math.max(a.callDepth, b.callDepth),
    bytecodes: {
      local: a.bytecodes.local + b.bytecodes.local,
      memory: a.bytecodes.memory + b.bytecodes.memory,
      invoke: a.bytecodes.invoke + b.bytecodes.invoke,
    },
  };
}

/** ms to three decimals, so that equal figures print equally; null stays null. */
export function roundMs(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 1000) / 1000;
}
