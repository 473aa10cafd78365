/** The simulator as a target of the conformance suite: blank cards without end, and copies of them. */

import type { Card } from '../../applet/index.js';
import type { ConformanceTarget, FreshCard } from '../../conformance/index.js';
import type { CardProfile } from '../../perf/index.js';
import { connectInProcess } from '../../reader-drivers/index.js';
import { type CardKindName, makeSimulatedCard } from './simulated-card.js';

export function simulatorTarget(
  name: string,
  application: CardKindName,
  profile: CardProfile,
): ConformanceTarget {
  const fresh = (card: Card): FreshCard => ({
    connect: async () => connectInProcess(card),
    copy: () => fresh(card.fork()),
  });
  const freshCard = () => fresh(makeSimulatedCard(application, profile));
  return { name, kind: 'simulator', application, freshCard, connect: () => freshCard().connect() };
}
