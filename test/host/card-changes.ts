/** Which persistent bytes of a card changed, by owner. */

import { Card, type CardImage, type CardKind, nobleEngine } from '../../applet/index.js';
import { DEFAULT_LIMITS } from '../support/card-limits.js';

/** Names of the owners whose bytes differ between two images. */
export function changedOwners(kind: CardKind, before: CardImage, after: CardImage): string[] {
  const [a, b] = [before, after].map((image) => readOnly(kind, image)) as [Card, Card];
  return a.owners.nvm
    .filter(
      ({ offset, length }) => Buffer.compare(a.nvm.read(offset, length), b.nvm.read(offset, length)) !== 0,
    )
    .map(({ name }) => name);
}

/** A card made of an image only to look into it; its page layout is that of the default limits. */
function readOnly(kind: CardKind, image: CardImage): Card {
  const ports = {
    limits: DEFAULT_LIMITS,
    engine: nobleEngine,
    random: (): never => {
      throw new Error('nobody asks this card for random numbers');
    },
  };
  return new Card(kind, ports, { ...image, ram: new Uint8Array(DEFAULT_LIMITS.ramBytes) });
}
