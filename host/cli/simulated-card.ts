/** Cards on the simulator: where engine, limits and random numbers are chosen. */

import { SCP03_OPTIONS, type Scp03Options, TEST_CARD_BATCH } from '../../apdu/index.js';
import * as plainApplet from '../../applet/index.js';
import { type CardProfile, loadProfile, memoryBudget, ProfileError } from '../../perf/index.js';
import { type Rng, systemRng, transportKeysOf } from '../index.js';
import { CliError } from './cli-error.js';

/** The kinds of card that the simulator makes. */
export const CARD_KINDS = kindsOf(plainApplet);
export type CardKindName = keyof typeof CARD_KINDS;

/** The card's code: as it is, or with counters in it. */
export type AppletCode = typeof plainApplet;

function kindsOf({ PATIENT_CARD, PROFESSIONAL_CARD }: AppletCode) {
  return { patient: PATIENT_CARD, professional: PROFESSIONAL_CARD } as const;
}

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
  applet: AppletCode = plainApplet,
): plainApplet.Card {
  const onFault = (error: unknown): void => {
    // A fault inside the card is a bug of ours: it must not pass as a card's answer.
    queueMicrotask(() => {
      throw error;
    });
  };
  const limits = memoryBudget(profile);
  try {
    const card = new applet.Card(kindsOf(applet)[kind], {
      limits,
      engine: plainApplet.nobleEngine,
      random: (n) => rng.bytes(n),
      onFault,
    });
    return card.manufacture(transportKeysOf(TEST_CARD_BATCH, rng, options));
  } catch (error) {
    if (error instanceof applet.ProfileTooSmall) {
      throw new CliError(
        `The profile "${profile.id}" can not hold the ${kind} application: ${error.message}.`,
      );
    }
    throw error;
  }
}
