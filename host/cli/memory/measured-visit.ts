/** One visit on simulated cards, with what it wears and how much RAM it takes. */

import { type Card, type FlashWear, type MeasuredVisit, wearOf } from '../../../applet/index.js';
import type { CardProfile } from '../../../perf/index.js';
import type { CardHolder, VisitInput } from '../../index.js';
import { CliError, EXIT } from '../cli-error.js';
import { Recorder } from '../visit/recorder.js';
import { runVisit } from '../visit/run-visit.js';

/** The phases before this one happen once in the life of a card. */
const FIRST_PHASE_OF_A_VISIT = 'open visit';

export type VisitMeasurement = {
  /** The card after the visit. */
  readonly card: Card;
  readonly wear: MeasuredVisit;
  /** The phases that count as the visit, in order. */
  readonly phases: readonly string[];
  /** Highest number of RAM bytes in use at once, and the command that used them. */
  readonly ramPeakBytes: number;
  readonly ramPeakCommand: string;
};

/** Plays the outpatient scenario and measures one of its cards. @throws {CliError} when a phase was refused. */
export async function measureVisit(
  run: { readonly input: VisitInput; readonly profile: CardProfile; readonly seed: number },
  holder: CardHolder,
): Promise<VisitMeasurement> {
  let watched: Card | undefined;
  let before: FlashWear | undefined;
  const phases: string[] = [];
  const recorder = new Recorder({
    inserted: (whose, card) => {
      if (whose === holder) watched = card;
    },
    started: (name) => {
      if (name === FIRST_PHASE_OF_A_VISIT && watched) before = wearOf(watched.nvm.flash);
      if (before) phases.push(name);
    },
  });
  const cards = await runVisit({ ...run, scenario: 'outpatient' }, recorder);
  const refused = recorder.phases.find((phase) => phase.outcome === 'refused');
  if (refused) {
    throw new CliError(
      `The visit to measure was refused in "${refused.name}": ${refused.reason}; --state blank shows the map alone.`,
      EXIT.failed,
    );
  }
  if (!before) throw new Error(`no phase is named "${FIRST_PHASE_OF_A_VISIT}"`);
  const card = cards[holder];
  const { flash } = card.nvm;
  const peak = recorder.phases
    .flatMap((phase) => phase.commands)
    .filter((command) => command.card === holder)
    .reduce((a, b) => (b.figures.ramPeakBytes > a.figures.ramPeakBytes ? b : a));
  const erasedAfter = Array.from({ length: flash.pages }, (_, page) => flash.isErased(page));
  return {
    card,
    wear: { before, after: wearOf(flash), erasedAfter },
    phases,
    ramPeakBytes: peak.figures.ramPeakBytes,
    ramPeakCommand: peak.exchange.name,
  };
}
