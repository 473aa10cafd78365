/** The options that say which simulated card a command works on. */

import { type Command, Option } from 'commander';
import type { Card } from '../../../applet/index.js';
import { seededRng } from '../../index.js';
import { CliError } from '../cli-error.js';
import { cardFromImage, readCardImage } from '../memory/card-image-store.js';
import { readOutHolderFrom } from '../read-out-file.js';
import { CARD_KINDS, type CardKindName, profileNamed } from '../simulated-card.js';
import { CARD_STATES, type CardState, makeBenchCard } from '../visited-cards.js';
import { inputOption, VISIT_PROFILE } from './visit.js';

export type BenchCardArguments = {
  readonly card: CardKindName;
  readonly state: CardState;
  readonly profile: string;
  readonly input: string;
  readonly image?: string;
  readonly interoperability?: true;
  readonly readOut?: string;
};

/** A card to work on. */
export type BenchCard = {
  readonly card: Card;
  /** Which kind of card it is. */
  readonly kind: string;
  /** Name of its profile. */
  readonly profile: string;
  /** Whether its random numbers follow, or once followed, from a seed. */
  readonly seeded: boolean;
};

/** Adds --card, --state, --profile, --input and --interoperability. */
export function withBenchCardOptions(command: Command): Command {
  return command
    .addOption(new Option('--card <kind>', 'which card').choices(Object.keys(CARD_KINDS)).default('patient'))
    .addOption(
      new Option('--state <state>', 'blank, or visited: as it is after a whole outpatient visit')
        .choices(CARD_STATES)
        .default('visited'),
    )
    .option('--profile <name>', 'card profile', VISIT_PROFILE)
    .addOption(inputOption('input of the visit that prepares the card'))
    .option(
      '--interoperability',
      'give a patient card a log-in key (PKCS#15, PIV) and the read-out; a professional card has the key',
    )
    .option(
      '--read-out <file>',
      'with --interoperability: JSON { name, nationalId, birthDate, sex } that the read-out shows to any reader, without a PIN; without it the read-out names nobody',
    );
}

/** As {@link withBenchCardOptions}, and --image for a card that comes out of a file. */
export function withBenchCardOrImageOptions(command: Command): Command {
  return withBenchCardOptions(command).option(
    '--image <file>',
    'go on with the card of an image file (imis card image save)',
  );
}

/**
 * The card that the options name: made, or restored from its image just as it was, power included.
 * @param command the command that was given, to tell options of the user from defaults
 * @param seed of the card's random numbers; null when the operating system gives them
 * @throws {CliError}
 */
export async function benchCardFrom(
  command: Command,
  options: BenchCardArguments,
  seed: number | null,
): Promise<BenchCard> {
  if (options.image === undefined) {
    const profile = profileNamed(options.profile);
    const card = await makeBenchCard({ ...options, profile, seed, readOutOf: await readOutOf(options) });
    return { card, kind: options.card, profile: profile.id, seeded: seed !== null };
  }
  const given = (name: string) => command.getOptionValueSource(name) === 'cli';
  for (const [name, option] of [
    ['state', 'state'],
    ['input', 'input'],
    ['interoperability', 'interoperability'],
    ['readOut', 'read-out'],
  ] as const) {
    if (given(name))
      throw new CliError(`--${option} does not go with --image: the card is what the file says.`);
  }
  const saved = await readCardImage(options.image);
  const card = cardFromImage(options.image, saved, {
    card: given('card') ? options.card : undefined,
    profile: given('profile') ? options.profile : undefined,
    rng: seed === null ? undefined : seededRng(seed, 'bench card'),
  });
  const seeded = saved.seeded || seed !== null;
  return { card, kind: saved.application, profile: saved.profile, seeded };
}

/** Whom the options want the read-out to name. @throws {CliError} */
export async function readOutOf({ readOut, interoperability, card }: BenchCardArguments) {
  if (readOut === undefined) return undefined;
  if (!interoperability || card !== 'patient')
    throw new CliError('--read-out goes with --interoperability and a patient card.');
  return readOutHolderFrom(readOut);
}
