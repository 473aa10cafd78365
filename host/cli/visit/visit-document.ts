/** The machine-readable account of a visit; its form is docs/visit.schema.json. Model units only. */

import { type GroupSuiteName, type JoinMode, toHex, uintToBytes } from '../../../apdu/index.js';
import type { OperationCount } from '../../../applet/index.js';
import { type CardProfile, PREDICTION_HEADING, priceCommand, roundMs } from '../../../perf/index.js';
import { type CardName, DEFAULT_SUITE } from '../../index.js';
import type { RecordedCommand, RecordedPhase } from './recorder.js';
import type { VisitRun } from './run-visit.js';

export type VisitDocument = {
  /** Seed of every random number, or null when the operating system gave them. */
  readonly seed: number | null;
  readonly scenario: string;
  readonly profile: string;
  /** Suite of the doctors' group signatures. */
  readonly suite: GroupSuiteName;
  /** Who made the doctors' member keys. */
  readonly joinMode: JoinMode;
  /** What predictedMs covers, and that is all it covers. */
  readonly predictionCovers: string;
  readonly phases: readonly VisitPhase[];
};

export type VisitPhase = {
  readonly name: string;
  readonly equations: readonly number[];
  readonly outcome: 'ok' | 'refused';
  readonly reason?: string;
  readonly commands: readonly VisitCommand[];
};

export type VisitCommand = {
  readonly name: string;
  readonly card: CardName;
  /** Status word, four hexadecimal digits. */
  readonly sw: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** This and what follows: null for a card in a reader, which does not tell. */
  readonly ramPeak: number | null;
  readonly nvmBytes: number | null;
  readonly operations: readonly OperationCount[] | null;
  /** Milliseconds on the profile's card, or null for "no data". */
  readonly predictedMs: number | null;
};

export function visitDocument(
  run: Pick<VisitRun, 'seed' | 'scenario' | 'profile' | 'suite' | 'joinMode'>,
  phases: readonly RecordedPhase[],
): VisitDocument {
  return {
    seed: run.seed,
    scenario: run.scenario,
    profile: run.profile.id,
    suite: run.suite ?? DEFAULT_SUITE,
    joinMode: run.joinMode ?? 'two-party',
    predictionCovers: PREDICTION_HEADING,
    phases: phases.map(({ name, equations, outcome, reason, commands }) => ({
      name,
      equations,
      outcome,
      ...(reason === undefined ? {} : { reason }),
      commands: commands.map((command) => visitCommand(command, run.profile)),
    })),
  };
}

function visitCommand(recorded: RecordedCommand, profile: CardProfile): VisitCommand {
  const { card, exchange, figures, inReader } = recorded;
  const inside = inReader
    ? { ramPeak: null, nvmBytes: null, operations: null, predictedMs: null }
    : {
        ramPeak: figures.ramPeakBytes,
        nvmBytes: figures.nvmBytes,
        operations: figures.operations,
        predictedMs: roundMs(priceCommand(profile, figures).predictedMs),
      };
  return {
    name: exchange.name,
    card,
    sw: exchange.sw === undefined ? '' : toHex(uintToBytes(exchange.sw, 2)).toUpperCase(),
    bytesIn: figures.bytesIn,
    bytesOut: figures.bytesOut,
    ...inside,
  };
}
