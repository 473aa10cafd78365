/** Cards of a scenario that are in readers, as a user names them: `HOLDER=TARGET`. */

import type { CardConnection } from '../../../reader-drivers/index.js';
import type { CardName } from '../../index.js';
import { CliError } from '../cli-error.js';
import { connectTarget, parseTarget, type ReaderTarget, unreachable } from '../target.js';
import { type CardsInReaders, holdersIn } from './run-visit.js';

type Placed = { readonly holder: CardName; readonly target: ReaderTarget };

/** @throws {CliError} for a text of another form, a holder whose card the scenario does not need, or one named twice. */
export function parsePlaced(texts: readonly string[], scenario: string): readonly Placed[] {
  const holders = holdersIn(scenario);
  const placed = texts.map((text) => {
    const [, name = '', target = ''] = /^([a-z]+)=(.+)$/s.exec(text) ?? [];
    const holder = holders.find((each) => each === name);
    if (holder === undefined) {
      throw new CliError(
        `--target is HOLDER=TARGET, as in patient=pcsc, not "${text}"; the scenario "${scenario}" has cards of: ${holders.join(', ')}.`,
      );
    }
    const parsed = parseTarget(target);
    if (parsed.kind === 'sim')
      throw new CliError(`The ${holder}'s card is simulated where no --target names it.`);
    return { holder, target: parsed };
  });
  const twice = placed.find(({ holder }, i) => placed.findIndex((each) => each.holder === holder) < i);
  if (twice) throw new CliError(`--target names the ${twice.holder}'s card twice.`);
  return placed;
}

/**
 * Runs `use` with the cards of all targets connected, and lets go of them whatever happens.
 *
 * @throws {CliError} with exit status 3 when one can not be reached, or not any more
 */
export async function withCardsInReaders<T>(
  placed: readonly Placed[],
  use: (cards: CardsInReaders) => Promise<T>,
): Promise<T> {
  const connected: Partial<Record<CardName, CardConnection>> = {};
  try {
    for (const { holder, target } of placed) {
      connected[holder] = await connectTarget(target, { exclusive: true });
    }
    return await use(connected);
  } catch (error) {
    throw unreachable(error);
  } finally {
    for (const connection of Object.values(connected)) await connection.close();
  }
}
