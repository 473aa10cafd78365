/** Cards for work at the bench: blank, or as they are after a whole visit. */

import type { Card } from '../../applet/index.js';
import type { CardProfile } from '../../perf/index.js';
import { DEFAULT_INTEROPERABILITY, type NamedCardholder, seededRng, systemRng } from '../index.js';
import { CliError, EXIT } from './cli-error.js';
import { visitInputFrom } from './commands/visit.js';
import { type CardKindName, makeSimulatedCard } from './simulated-card.js';
import { Recorder } from './visit/recorder.js';
import { runVisit } from './visit/run-visit.js';

/** Where a bench card stands in its life. */
export const CARD_STATES = ['blank', 'visited'] as const;
export type CardState = (typeof CARD_STATES)[number];

export type BenchCardOptions = {
  readonly card: CardKindName;
  readonly state: CardState;
  readonly profile: CardProfile;
  readonly input: string;
  readonly seed: number | null;
  /** Whether other software can use a visited patient card. */
  readonly interoperability?: boolean;
  /** Whom its read-out names, with {@link interoperability}. */
  readonly readOutOf?: NamedCardholder | undefined;
};

/** A card without power, in the state asked for. @throws {CliError} when the visit itself was refused. */
export async function makeBenchCard({ card, ...options }: BenchCardOptions): Promise<Card> {
  if (options.state === 'blank') return blankCard(card, options);
  return (await visitedCards(options))[card];
}

/** A patient's card and a professional's that have met in one visit, or two blank ones. @throws {CliError} */
export async function makeBenchCards(
  options: Omit<BenchCardOptions, 'card'>,
): Promise<Readonly<Record<CardKindName, Card>>> {
  if (options.state !== 'blank') return visitedCards(options);
  return { patient: blankCard('patient', options), professional: blankCard('professional', options) };
}

function blankCard(
  kind: CardKindName,
  { profile, seed, interoperability = false }: Omit<BenchCardOptions, 'card'>,
): Card {
  if (interoperability)
    throw new CliError('--interoperability goes with a visited card: a blank one is not personalised yet.');
  return makeSimulatedCard(kind, profile, seed === null ? systemRng : seededRng(seed, 'bench card'));
}

async function visitedCards({
  profile,
  input,
  seed,
  interoperability = false,
  readOutOf,
}: Omit<BenchCardOptions, 'card'>) {
  const recorder = new Recorder();
  const { patient, doctor } = await runVisit(
    {
      input: await visitInputFrom(input),
      scenario: 'outpatient',
      profile,
      seed,
      interoperability: {
        ...DEFAULT_INTEROPERABILITY,
        patient: interoperability,
        ...(readOutOf ? { readOutOf } : {}),
      },
    },
    recorder,
  );
  const refused = recorder.phases.find((phase) => phase.outcome === 'refused');
  if (refused) {
    throw new CliError(
      `The visit that prepares the card was refused in "${refused.name}": ${refused.reason}.`,
      EXIT.failed,
    );
  }
  for (const card of [patient, doctor]) card.powerOff();
  return { patient, professional: doctor };
}
