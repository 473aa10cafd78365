/** Card images on disk: read, checked and put to work, with one sentence for everything that can be wrong. */

import {
  type Card,
  type CardLimits,
  encodeCardImage,
  nobleEngine,
  parseCardImage,
  restoreCard,
  type SavedCard,
  savedCardOf,
} from '../../../applet/index.js';
import { memoryBudget } from '../../../perf/index.js';
import { type Rng, systemRng } from '../../index.js';
import { CliError } from '../cli-error.js';
import { CARD_KINDS, type CardKindName, profileNamed } from '../simulated-card.js';
import { fileFaultSentence, mismatchSentence } from './fault-sentence.js';
import { readPrivateFile, writePrivateFile } from './private-file.js';

/** @throws {CliError} */
export async function readCardImage(path: string): Promise<SavedCard> {
  const read = parseCardImage(await readPrivateFile(path));
  if (!read.ok) throw new CliError(fileFaultSentence(path, 'a card image', read.fault));
  return read.value;
}

/** @throws {CliError} */
export async function writeCardImage(
  path: string,
  card: Card,
  { profile, seeded }: Pick<SavedCard, 'profile' | 'seeded'>,
): Promise<void> {
  await writePrivateFile(path, encodeCardImage(savedCardOf(card, profile, seeded)));
}

/** What the caller asked for beside the file; what is left out follows from the file. */
export type Wanted = {
  readonly card?: CardKindName | undefined;
  readonly profile?: string | undefined;
  readonly rng?: Rng | undefined;
};

/** A saved card that goes on. @throws {CliError} when it is not the card that was asked for. */
export function cardFromImage(path: string, saved: SavedCard, wanted: Wanted = {}): Card {
  const kind = wanted.card ?? saved.application;
  if (!isCardKindName(kind))
    throw new CliError(`${path} holds a ${saved.application} card, which this program does not know.`);
  const limits: CardLimits =
    wanted.profile === undefined ? saved.limits : memoryBudget(profileNamed(wanted.profile));
  const rng = wanted.rng ?? systemRng;
  const restored = restoreCard(saved, CARD_KINDS[kind], {
    limits,
    engine: nobleEngine,
    random: (length) => rng.bytes(length),
    onFault: throwLater,
  });
  if (!restored.ok) {
    throw new CliError(
      mismatchSentence(path, restored.fault, `the profile "${wanted.profile ?? saved.profile}"`),
    );
  }
  return restored.card;
}

/** The kinds are named as their applications are. */
function isCardKindName(name: string): name is CardKindName {
  return Object.hasOwn(CARD_KINDS, name);
}

/** A fault inside the card is a bug of ours: it must not pass as a card's answer. */
function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
