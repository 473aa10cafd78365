import { COST_PARTS } from './command-cost.js';
import type { CardReport, ReportedCost, ReportedUnits } from './report-card.js';
import { formatTable, type TableColumn } from './text-table.js';

const FIGURES: readonly TableColumn[] = [
  ...['in B', 'out B', 'RAM B', 'NVM B', 'pages', 'calls'],
  ...COST_PARTS,
  ...['ms', 'interval'],
].map((title) => ({ title, align: 'right' }) as const);
const LABEL: TableColumn = { title: 'label', align: 'left' };
const COMMANDS: readonly TableColumn[] = [{ title: 'command', align: 'left' }, ...FIGURES, LABEL];
const PHASES: readonly TableColumn[] = [{ title: 'phase', align: 'left' }, ...FIGURES, LABEL];

/** A report as tables for a terminal: every command, every phase, the whole. */
export function formatCardReport(report: CardReport): string {
  const commands = report.phases.map(({ phase }) => {
    const own = report.commands.filter((command) => command.phase === phase);
    const rows = own.map((command) => [`${command.card}: ${command.name}`, ...figuresOf(command)]);
    return `${phase}\n${formatTable(COMMANDS, rows)}\n`;
  });
  const phases = report.phases.map((phase) => [phase.phase, ...figuresOf(phase)]);
  const { missing } = report.total;
  return [
    `Predicted card time: ${report.title} (${report.profile}), ${report.platform}, ${report.transport}; ms by part, interval in ms`,
    '',
    ...commands,
    formatTable(PHASES, [...phases, ['all', ...figuresOf(report.total)]]),
    ...(missing.length === 0 ? [] : [`No data for: ${missing.join('; ')}`]),
    '',
  ].join('\n');
}

function figuresOf(of: ReportedUnits & ReportedCost): readonly string[] {
  const units = [of.bytesIn, of.bytesOut, of.ramPeakBytes, of.nvmBytes, of.nvmPageWrites, of.callDepth];
  const interval = of.ms === null ? '' : `${of.lowMs!.toFixed(0)}–${of.highMs!.toFixed(0)}`;
  return [
    ...units.map(String),
    ...COST_PARTS.map((part) => showMs(of.parts[part])),
    showMs(of.ms),
    interval,
    of.label ?? '',
  ];
}

function showMs(ms: number | null): string {
  return ms === null ? 'no data' : ms.toFixed(1);
}
