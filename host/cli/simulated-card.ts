/** Cards on the simulator: where engine, limits and random numbers are chosen. */

import { SCP03_OPTIONS, type Scp03Options, TEST_CARD_BATCH } from '../../apdu/index.js';
import {
  Card,
  type CardKind,
  nobleEngine,
  PATIENT_CARD,
  PROFESSIONAL_CARD,
  ProfileTooSmall,
} from '../../applet/index.js';
import { type CardProfile, loadProfile, memoryBudget, ProfileError } from '../../perf/index.js';
import { type Rng, systemRng, transportKeysOf } from '../index.js';
import { CliError } from './cli-error.js';

/** The kinds of card that the simulator makes. */
export const CARD_KINDS = {
  patient: PATIENT_CARD,
  professional: PROFESSIONAL_CARD,
} as const satisfies Record<string, CardKind>;
export type CardKindName = keyof typeof CARD_KINDS;

/** A profile by name or file. @throws {CliError} with one sentence. */
export function profileNamed(name: string): CardProfile {
  try {
    return loadProfile(name);
  } catch (error) {
    if (error instanceof ProfileError) throw new CliError(error.message);
    throw error;
  }
}

/** A blank card of the test batch, without power. @throws {CliError} when the profile is too small for the application. */
export function makeSimulatedCard(
  kind: CardKindName,
  profile: CardProfile,
  rng: Rng = systemRng,
  options: Scp03Options = SCP03_OPTIONS.full,
): Card {
  const onFault = (error: unknown): void => {
    // A fault inside the card is a bug of ours: it must not pass as a card's answer.
    queueMicrotask(() => {
      throw error;
    });
  };
  const limits = memoryBudget(profile);
  try {
    const card = new Card(CARD_KINDS[kind], {
      limits,
      engine: nobleEngine,
      random: (n) => rng.bytes(n),
      onFault,
    });
    return card.manufacture(transportKeysOf(TEST_CARD_BATCH, rng, options));
  } catch (error) {
    if (error instanceof ProfileTooSmall) {
      throw new CliError(
        `The profile "${profile.id}" can not hold the ${kind} application: ${error.message}.`,
      );
    }
    throw error;
  }
}
