/** Runs a scenario on simulated cards and records it. */

import type { GroupSuiteName, JoinMode } from '../../../apdu/index.js';
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
import type { Recorder } from './recorder.js';

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
  /** Seeds every party's random numbers; without it they come from the operating system. */
  readonly seed: number | null;
};

/** Whose cards a scenario needs. */
function holdersIn(scenario: string): readonly CardName[] {
  return scenario === 'agent' ? [...CARD_HOLDERS, 'agent', 'desk'] : CARD_HOLDERS;
}

/** Which kind of card a holder carries. */
export function cardKindOf(holder: CardName): CardKindName {
  return holder === 'patient' || holder === 'agent' ? 'patient' : 'professional';
}

/** The simulated cards after a run, by holder. */
export type VisitCards = Readonly<Record<CardHolder, Card>>;

/** Plays the scenario from blank cards to the end or the first refusal; the recorder holds what happened. */
export async function runVisit(run: VisitRun, recorder: Recorder): Promise<VisitCards> {
  const rngFor = (party: string): Rng => (run.seed === null ? systemRng : seededRng(run.seed, party));
  const cards = Object.fromEntries(
    holdersIn(run.scenario).map((holder) => {
      const kind = cardKindOf(holder);
      const rng = recorder.randomFor(holder, rngFor(`chip of the ${holder}'s card`));
      const card = makeSimulatedCard(kind, run.profile, rng, undefined, run.applet);
      card.powerOn();
      return [holder, card];
    }),
  ) as Record<CardHolder, Card> & { readonly agent?: Card; readonly desk?: Card };
  const world = await makeWorld(run.input, {
    cards: {
      patient: recorder.watch('patient', cards.patient),
      doctor: recorder.watch('doctor', cards.doctor),
      pharmacy: recorder.watch('pharmacy', cards.pharmacy),
      ...(cards.agent ? { agent: recorder.watch('agent', cards.agent) } : {}),
      ...(cards.desk ? { desk: recorder.watch('desk', cards.desk) } : {}),
    },
    rngFor,
    reinsert: async (holder) => recorder.reset(holder),
    ...(run.suite === undefined ? {} : { suite: run.suite }),
    ...(run.interoperability === undefined ? {} : { interoperability: run.interoperability }),
    ...(run.joinMode === undefined ? {} : { joinMode: run.joinMode }),
  });
  await runPhases(world, SCENARIOS[run.scenario]!(), recorder);
  return cards;
}
