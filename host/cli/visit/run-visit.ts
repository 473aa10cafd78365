/** Runs a scenario on simulated cards and records it. */

import type { GroupSuiteName, JoinMode, Transmit } from '../../../apdu/index.js';
import type { Card } from '../../../applet/index.js';
import type { CardProfile } from '../../../perf/index.js';
import {
  agentPhases,
  CARD_HOLDERS,
  type CardHolder,
  type CardName,
  disputePhases,
  emergencyPhases,
  epochPhases,
  type Interoperability,
  insurancePhases,
  makeWorld,
  offlinePhases,
  outpatientPhases,
  type Phase,
  type Rng,
  registrationPhases,
  reimbursementPhases,
  renewalPhases,
  runPhases,
  seededRng,
  systemRng,
  type VisitInput,
} from '../../index.js';
import { type AppletCode, type CardKindName, makeSimulatedCard } from '../simulated-card.js';
import type { CardInReader, Recorder } from './recorder.js';

/** Scenarios by name. */
export const SCENARIOS: Readonly<Record<string, () => readonly Phase[]>> = {
  outpatient: outpatientPhases,
  epoch: epochPhases,
  renewal: renewalPhases,
  agent: agentPhases,
  registration: registrationPhases,
  insurance: insurancePhases,
  emergency: emergencyPhases,
  reimbursement: reimbursementPhases,
  dispute: disputePhases,
  offline: offlinePhases,
};

export type CardsInReaders = Readonly<Partial<Record<CardName, CardInReader>>>;

export type VisitRun = {
  readonly input: VisitInput;
  readonly scenario: string;
  readonly profile: CardProfile;
  /** What doctors sign with ({@link DEFAULT_SUITE}). */
  readonly suite?: GroupSuiteName;
  /** Whose cards other software can use ({@link DEFAULT_INTEROPERABILITY}). */
  readonly interoperability?: Interoperability;
  /** The code of the cards, when it is not the plain one. */
  readonly applet?: AppletCode;
  /** Who makes a doctor's member key (two-party). */
  readonly joinMode?: JoinMode;
  /** Cards in readers, by holder; they are blank and of the test batch. All others are simulated. */
  readonly inReaders?: CardsInReaders;
  /** Seeds every party's random numbers; without it they come from the operating system. */
  readonly seed: number | null;
};

/** Whose cards a scenario needs. */
export function holdersIn(scenario: string): readonly CardName[] {
  return scenario === 'agent' ? [...CARD_HOLDERS, 'agent', 'desk'] : CARD_HOLDERS;
}

/** Which kind of card a holder carries. */
export function cardKindOf(holder: CardName): CardKindName {
  return holder === 'patient' || holder === 'agent' ? 'patient' : 'professional';
}

/** The simulated cards after a run, by holder; those in readers are not among them. */
export type VisitCards = Readonly<Record<CardHolder, Card>>;

/**
 * Plays the scenario from blank cards to the end or the first refusal; the recorder holds what happened.
 *
 * @returns The simulated cards as they are then.
 */
export async function runVisit(run: VisitRun, recorder: Recorder): Promise<VisitCards> {
  const rngFor = (party: string): Rng => (run.seed === null ? systemRng : seededRng(run.seed, party));
  const simulated: Partial<Record<CardName, Card>> = {};
  const carried: Partial<Record<CardName, Transmit>> = {};
  for (const holder of holdersIn(run.scenario)) {
    const inReader = run.inReaders?.[holder];
    if (inReader) {
      carried[holder] = recorder.watchReader(holder, inReader);
      continue;
    }
    const rng = recorder.randomFor(holder, rngFor(`chip of the ${holder}'s card`));
    const card = makeSimulatedCard(cardKindOf(holder), run.profile, rng, undefined, run.applet);
    card.powerOn();
    simulated[holder] = card;
    carried[holder] = recorder.watch(holder, card);
  }
  const world = await makeWorld(run.input, {
    cards: carried as Record<CardHolder, Transmit>,
    rngFor,
    reinsert: (holder) => recorder.reset(holder),
    ...(run.suite === undefined ? {} : { suite: run.suite }),
    ...(run.interoperability === undefined ? {} : { interoperability: run.interoperability }),
    ...(run.joinMode === undefined ? {} : { joinMode: run.joinMode }),
  });
  await runPhases(world, SCENARIOS[run.scenario]!(), recorder);
  return simulated as VisitCards;
}
