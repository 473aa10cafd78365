/** Formats what the card's meter counted and what a profile makes of it. Pure: no files, no clock. */
import type { CardProfile, FigureLabel } from './card-profile.js';
import type { CommandFigures, OperationCount } from './command-figures.js';
import { type CommandPrice, PREDICTION_HEADING, priceCommand } from './cost-model.js';
import { formatTable } from './text-table.js';

/** One command of a run, in order. */
export type ReportedCommand = {
  readonly phase: string;
  readonly name: string;
  readonly figures: CommandFigures;
};

/** One command with its prediction; times are rounded to a microsecond, null is "no data". */
export type CardReportCommand = CommandFigures & {
  readonly phase: string;
  readonly name: string;
  readonly predictedMs: number | null;
  readonly cryptoMs: number | null;
  readonly nvmMs: number | null;
  readonly wireMs: number | null;
  readonly label: FigureLabel | null;
  readonly missing: readonly string[];
  readonly operations: readonly (OperationCount & {
    readonly ms: number | null;
    readonly label: FigureLabel | null;
  })[];
};

/** The whole report. It has no total over the commands: the prediction leaves out too much for one. */
export type CardReport = {
  readonly profile: string;
  readonly title: string;
  readonly covers: string;
  readonly commands: readonly CardReportCommand[];
};

/** Prices every command of a run on one card. */
export function reportCard(profile: CardProfile, commands: readonly ReportedCommand[]): CardReport {
  return {
    profile: profile.id,
    title: profile.title,
    covers: PREDICTION_HEADING,
    commands: commands.map((command) => reportCommand(command, priceCommand(profile, command.figures))),
  };
}

function reportCommand({ phase, name, figures }: ReportedCommand, price: CommandPrice): CardReportCommand {
  return {
    phase,
    name,
    bytesIn: figures.bytesIn,
    bytesOut: figures.bytesOut,
    ramPeakBytes: figures.ramPeakBytes,
    nvmBytes: figures.nvmBytes,
    nvmPageWrites: figures.nvmPageWrites,
    predictedMs: roundMs(price.predictedMs),
    cryptoMs: roundMs(price.cryptoMs),
    nvmMs: roundMs(price.nvmMs),
    wireMs: roundMs(price.wireMs),
    label: price.label,
    missing: price.missing,
    operations: price.operations.map((operation) => ({
      name: operation.name,
      length: operation.length,
      count: operation.count,
      ms: roundMs(operation.ms),
      label: operation.label,
    })),
  };
}

/** ms to three decimals, so that equal figures print equally; null stays null. */
export function roundMs(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 1000) / 1000;
}

const COLUMNS = [
  { title: 'phase', align: 'left' },
  { title: 'command', align: 'left' },
  { title: 'in B', align: 'right' },
  { title: 'out B', align: 'right' },
  { title: 'RAM B', align: 'right' },
  { title: 'NVM B', align: 'right' },
  { title: 'pages', align: 'right' },
  { title: 'crypto ms', align: 'right' },
  { title: 'NVM ms', align: 'right' },
  { title: 'wire ms', align: 'right' },
  { title: 'ms', align: 'right' },
  { title: 'label', align: 'left' },
] as const;

/** The report as a table for a terminal, headed by what the prediction covers. */
export function formatCardReport(report: CardReport): string {
  const rows = report.commands.map((command, index) => [
    command.phase === report.commands[index - 1]?.phase ? '' : command.phase,
    command.name,
    String(command.bytesIn),
    String(command.bytesOut),
    String(command.ramPeakBytes),
    String(command.nvmBytes),
    String(command.nvmPageWrites),
    showMs(command.cryptoMs),
    showMs(command.nvmMs),
    showMs(command.wireMs),
    showMs(command.predictedMs),
    command.label ?? '',
  ]);
  const missing = [...new Set(report.commands.flatMap((command) => command.missing))].sort();
  return [
    `Predicted card time, ${report.covers}: ${report.title} (${report.profile})`,
    formatTable(COLUMNS, rows),
    ...(missing.length === 0 ? [] : [`No data for: ${missing.join('; ')}`]),
    '',
  ].join('\n');
}

function showMs(ms: number | null): string {
  return ms === null ? 'no data' : ms.toFixed(1);
}
