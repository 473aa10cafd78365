/** Plays a scenario on cards with counters in their code. */

import type { GroupSuiteName } from '../../../apdu/index.js';
import {
  bytecodesOf,
  type CallNode,
  type CardProfile,
  type CodeFigures,
  type CountedFunction,
  callDepth,
  eventsOf,
  loadMeteredApplet,
  type MeteredApplet,
  MeteredBuildError,
  type ReportedCommand,
  sumOf,
} from '../../../perf/index.js';
import type { CardName, VisitInput } from '../../index.js';
import { CliError, EXIT } from '../cli-error.js';
import { Recorder } from '../visit/recorder.js';
import { runVisit, type VisitCards } from '../visit/run-visit.js';

export type ProfiledCommand = ReportedCommand & {
  /** Call trees, one for each APDU. */
  readonly trees: readonly CallNode[];
};

export type ProfiledRun = {
  readonly commands: readonly ProfiledCommand[];
  /** What the numbers in the trees stand for. */
  readonly functions: readonly CountedFunction[];
  /** The cards at the end. */
  readonly cards: VisitCards;
  /** Why the run ended early, if it did. */
  readonly refusal: string | null;
};

export type ProfiledScenario = {
  readonly input: VisitInput;
  readonly scenario: string;
  readonly profile: CardProfile;
  readonly seed: number;
  readonly suite?: GroupSuiteName;
};

/** @throws {CliError} when the card with counters cannot be built. */
export async function profiledRun(scenario: ProfiledScenario): Promise<ProfiledRun> {
  const { applet, functions, take } = await meteredApplet();
  const trees = new Map<CardName, CallNode[]>();
  const recorder = new Recorder({
    sent: () => void take(),
    exchanged: (holder) => trees.set(holder, [...(trees.get(holder) ?? []), take()]),
  });
  const cards = await runVisit({ ...scenario, applet }, recorder);
  const commands = recorder.phases.flatMap(({ name: phase, commands: recorded }) =>
    recorded.map(({ card, exchange, figures }): ProfiledCommand => {
      const own = trees.get(card)!.splice(0, exchange.apdus);
      const code = codeOf(own, functions);
      const depth = Math.max(...own.map(callDepth));
      return { phase, card, name: exchange.name, figures, code, callDepth: depth, trees: own };
    }),
  );
  const refused = recorder.phases.find((phase) => phase.outcome === 'refused');
  const refusal = refused ? `The visit was refused in "${refused.name}": ${refused.reason}.` : null;
  return { commands, functions, cards, refusal };
}

/** What call trees counted altogether. */
export function codeOf(trees: readonly CallNode[], functions: readonly CountedFunction[]): CodeFigures {
  return { bytecodes: sumOf(trees.map((tree) => bytecodesOf(tree, functions))), events: eventsOf(trees) };
}

/** The card's code with counters in it. @throws {CliError} when it cannot be built. */
export async function meteredApplet(): Promise<MeteredApplet> {
  try {
    return await loadMeteredApplet();
  } catch (error) {
    if (error instanceof MeteredBuildError) throw new CliError(error.message, EXIT.failed);
    throw error;
  }
}
