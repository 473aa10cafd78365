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
  return targetOf(name, application, () => makeSimulatedCard(application, profile));
}

/** A target of simulated cards, each made blank by `make`. */
export function targetOf(name: string, application: CardKindName, make: () => Card): ConformanceTarget {
  const freshCard = () => freshCardOf(make());
  return {
    name,
    kind: 'simulator',
    application,
    freshCard,
    connect: () => freshCard().connect(),
    cutsPower: true,
  };
}

function freshCardOf(card: Card): FreshCard {
  const { flash } = card.nvm;
  return {
    async connect() {
      flash.tear = undefined;
      return connectInProcess(card);
    },
    copy: () => freshCardOf(card.fork()),
    cutPower(step) {
      let left = step;
      flash.tear = () => (left-- > 0 ? undefined : 'half');
    },
  };
}
