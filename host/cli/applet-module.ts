/** A vendor's applet: a JavaScript module that exports `cardKind(spec)`, put on the simulator. */

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ApplicationSpec } from '../../apdu/index.js';
import { Card, type CardKind, nobleEngine } from '../../applet/index.js';
import { memoryBudget } from '../../perf/index.js';
import { type Rng, seededRng, systemRng } from '../index.js';
import { CliError, EXIT } from './cli-error.js';
import type { BenchCard } from './commands/bench-card-options.js';
import { profileNamed } from './simulated-card.js';
import { specificationFrom } from './specification-file.js';

/** What the module makes of a specification. */
export type MakeCardKind = (spec: ApplicationSpec) => CardKind;

/** Loads the module at a path. @throws {CliError} */
export async function loadApplet(path: string): Promise<MakeCardKind> {
  const module = (await import(pathToFileURL(resolve(path)).href).catch((error: Error) => {
    const sentence = error.message.split('\n')[0]!.replace(/\.$/, '');
    throw new CliError(`The applet ${path} can not be loaded: ${sentence}.`, EXIT.unreachable);
  })) as { readonly cardKind?: unknown };
  if (typeof module.cardKind !== 'function')
    throw new CliError(
      `The module ${path} exports no function cardKind(spec); applet/README.md says what it is.`,
    );
  return module.cardKind as MakeCardKind;
}

/** A card of a kind with the default profile, without power. */
export function makeAppletCard(kind: CardKind, rng: Rng = systemRng): Card {
  return new Card(kind, {
    limits: memoryBudget(profileNamed('default')),
    engine: nobleEngine,
    random: (n) => rng.bytes(n),
    onFault(error) {
      // a fault inside the card is a bug of its applet: it must not pass as a card's answer
      queueMicrotask(() => {
        throw error;
      });
    },
  });
}

/** A new card with the applet of a module, for the first application of its specification. @throws {CliError} */
export async function appletCard(
  module: string,
  specification: string | undefined,
  seed: number | undefined,
): Promise<BenchCard> {
  if (specification === undefined)
    throw new CliError('--applet goes with --spec FILE, what the applet is to do.');
  const [application] = (await specificationFrom(specification)).applications;
  const cardKind = await loadApplet(module);
  const rng = seed === undefined ? systemRng : seededRng(seed, 'bench card');
  const card = makeAppletCard(cardKind(application!), rng);
  return { card, kind: application!.id, profile: 'default', seeded: seed !== undefined };
}
