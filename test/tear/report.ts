/** How many cuts were tried, by command and variant. */

import type { TearVariant } from '../../applet/index.js';
import { TEAR_VARIANTS } from '../applet/runtime/small-nvm.js';
import type { RecordedCommand } from './recorded-run.js';

type Row = {
  readonly cuts: Record<TearVariant, number>;
  recoveryCuts: number;
  repeatable: number;
  sites: number;
};

export class TearReport {
  private readonly rows = new Map<string, Row>();
  private readonly outcomes = { before: 0, after: 0, ahead: 0 };
  private lives = 0;

  cut(command: RecordedCommand, variant: TearVariant): void {
    this.row(command).cuts[variant]++;
  }

  recoveryCut(command: RecordedCommand): void {
    this.row(command).recoveryCuts++;
  }

  outcome(kind: 'before' | 'after' | 'ahead'): void {
    this.outcomes[kind]++;
  }

  carriedOn(): void {
    this.lives++;
  }

  repeated(command: RecordedCommand, asBefore: boolean): void {
    const row = this.row(command);
    row.sites++;
    if (asBefore) row.repeatable++;
  }

  get cuts(): number {
    return [...this.rows.values()].reduce(
      (sum, { cuts }) => sum + Object.values(cuts).reduce((a, b) => a + b),
      0,
    );
  }

  get recoveryCuts(): number {
    return [...this.rows.values()].reduce((sum, { recoveryCuts }) => sum + recoveryCuts, 0);
  }

  /** Commands, as "card: identifier", that were cut. */
  get commands(): readonly string[] {
    return [...this.rows.keys()];
  }

  /** Commands that answered otherwise, once or always, when they were repeated after nothing of them had happened. */
  get notRepeatable(): readonly string[] {
    return [...this.rows].filter(([, { repeatable, sites }]) => repeatable < sites).map(([name]) => name);
  }

  toString(): string {
    const rows = [...this.rows].map(([name, { cuts, recoveryCuts }]) =>
      [name, ...TEAR_VARIANTS.map((variant) => cuts[variant]), recoveryCuts].map(String),
    );
    const table = [['command', ...TEAR_VARIANTS, 'in recovery'], ...rows];
    const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
    const lines = table.map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
    );
    const { before, after, ahead } = this.outcomes;
    return [
      ...lines,
      `${this.cuts} cuts and ${this.recoveryCuts} in recovery; the state was before ${before} times, after ${after} times, and ${ahead} times before or after with a try spent or a number written ahead; ${this.lives} cards went on`,
    ].join('\n');
  }

  private row({ holder, spec }: RecordedCommand): Row {
    const name = `${holder}: ${spec?.id ?? 'undeclared'}`;
    const row = this.rows.get(name) ?? {
      cuts: { lost: 0, half: 0, erased: 0, garbage: 0 },
      recoveryCuts: 0,
      repeatable: 0,
      sites: 0,
    };
    this.rows.set(name, row);
    return row;
  }
}
